// Sends entries in the order in which they were made, and asks what others have entered. What the
// connection takes away stays in the store and is sent again; the server knows each by its id.

const ENTRIES_MAX = 100;
const POLL_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS = [2_000, 4_000, 8_000, 15_000, 30_000];
const TIMEOUT_MILLISECONDS = 20_000;

// grid: { address, account, version, signIn }; on: what happens then.
export function makeSender(grid, store, on) {
  let version = grid.version;
  let sending = null;
  let again = false;
  let tries = 0;
  let retry = 0;

  async function flush() {
    if (sending) {
      again = true;
      return sending;
    }
    clearTimeout(retry);
    sending = drain().finally(() => {
      sending = null;
      if (again) {
        again = false;
        flush();
      }
    });
    return sending;
  }

  async function drain() {
    for (;;) {
      const waiting = (await store.list()).filter((one) => !one.problem && !on.typing(one));
      const batch = waiting.slice(0, ENTRIES_MAX);
      if (batch.length === 0) {
        return;
      }
      on.state("sending", waiting.length);
      for (const [index, entry] of batch.entries()) {
        batch[index] = await store.put({ ...entry, sent: true });
      }
      on.sent(batch);
      if (!(await post(batch))) {
        return;
      }
    }
  }

  async function post(batch, renewed = false) {
    const answer = await request(grid.address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ account: grid.account, entries: batch.map(plain) }),
    });
    if (answer === null || answer.status >= 500 || answer.status === 429) {
      return wait("waiting");
    }
    if (answer.status === 401) {
      return !renewed && (await renew()) ? post(batch, true) : wait("signed_out");
    }
    if (!answer.ok) {
      return refuse(batch, await answer.json());
    }
    tries = 0;
    const told = await answer.json();
    // What nobody else has changed need not be asked for.
    const known = told.outcomes.every((one) => ["recorded", "same", "refused"].includes(one.outcome));
    const alone = known && version === told.version_before;
    version = alone ? told.version : version;
    for (const [index, outcome] of told.outcomes.entries()) {
      await arrive(batch[index], outcome);
    }
    await on.done();
    if (!alone) {
      await poll();
    }
    on.state("saved");
    return true;
  }

  async function arrive(entry, outcome) {
    if (outcome.problem) {
      await store.put({ ...entry, problem: outcome.problem.detail });
    } else {
      await store.remove(entry.n);
    }
    await on.outcome(entry, outcome);
  }

  async function refuse(batch, problem) {
    for (const entry of batch) {
      const outcome = { outcome: "refused", standing: entry.seen, problem };
      await arrive(entry, outcome);
    }
    on.state("saved");
    return true;
  }

  function wait(state) {
    on.state(state);
    const pause = RETRY_MILLISECONDS[Math.min(tries, RETRY_MILLISECONDS.length - 1)];
    tries += 1;
    clearTimeout(retry);
    retry = setTimeout(flush, pause);
    return false;
  }

  // A token that only ran out is renewed on the way to where it is needed.
  async function renew() {
    const answer = await request(`/accounts/sign-in?next=${encodeURIComponent(grid.address)}`, {});
    return Boolean(answer?.ok && isJson(answer) && (await answer.json()).account === grid.account);
  }

  async function poll() {
    const answer = await request(grid.address, { headers: { "If-None-Match": `"${version}"` } });
    if (answer === null || answer.status >= 500) {
      on.state("away");
      return false;
    }
    if (answer.status === 200 && isJson(answer)) {
      const told = await answer.json();
      if (told.account === grid.account && told.version >= version) {
        version = told.version;
        await on.others(told);
      }
    } else if (answer.status === 401 && !(await renew())) {
      on.state("signed_out");
      return false;
    }
    on.state("back");
    return true;
  }

  async function look() {
    // Whoever answers this takes what waits, too.
    if (document.visibilityState === "visible" && !sending && (await poll()) && tries > 0) {
      await flush();
    }
    setTimeout(look, POLL_MILLISECONDS);
  }

  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => {
    on.leaving();
    flush();
  });
  setTimeout(look, POLL_MILLISECONDS);
  return { flush, poll, version: () => version };
}

function plain(entry) {
  const { entry_id, registration_id, place, value, maximum, seen, noted_at } = entry;
  const { excused_as, excused } = entry;
  return { entry_id, registration_id, place, value, maximum, excused_as, excused, seen, noted_at };
}

function isJson(answer) {
  return (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
}

// The answer, or null when there was none.
async function request(address, options) {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), TIMEOUT_MILLISECONDS);
  try {
    return await fetch(address, { ...options, cache: "no-store", signal: gone.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
