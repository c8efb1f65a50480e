// Sends entries in the order in which they were made, and asks what others have entered. What the
// connection takes away stays in the store and is sent again; the server knows each by its id.

const ENTRIES_MAX = 100;
const POLL_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS = [2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
// Over in a while, whatever is sent: too slow, too often, somebody else at the same moment.
const PASSING_STATUS = [408, 425, 429];
const PASSING = ["cohort-held", "changed-meanwhile"];
const TIMEOUT_MILLISECONDS = 20_000;

// grid: { address, account, version, signIn }; on: what happens then.
export function makeSender(grid, store, on) {
  let version = grid.version;
  let sending = null;
  let again = false;
  let tries = 0;
  let retry = 0;
  // Whether it is the connection that entries wait for.
  let lost = false;
  // An entry that left no trace → the one that stood there when it was made.
  const instead = new Map();

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
      body: JSON.stringify({ account: grid.account, entries: batch.map(seenAs).map(plain) }),
    });
    if (answer === null || answer.status >= 500) {
      return wait("waiting");
    }
    if (answer.status === 401 || answer.status === 403) {
      if (!renewed && (await renew())) {
        return post(batch, true);
      }
      return answer.status === 401 ? wait("signed_out") : wait("later", await told(answer));
    }
    return answer.ok ? take(batch, await told(answer)) : refuse(batch, answer.status, await told(answer));
  }

  async function take(batch, answered) {
    if (!answered?.outcomes) {
      return wait("waiting");
    }
    // What nobody else has changed need not be asked for.
    const known = answered.outcomes.every((one) => ["recorded", "same", "refused"].includes(one.outcome));
    const alone = known && version === answered.version_before;
    version = alone ? answered.version : version;
    let passing = null;
    for (const [index, outcome] of answered.outcomes.entries()) {
      if (outcome.problem && passes(outcome.problem)) {
        passing = outcome.problem;
      } else {
        await arrive(batch[index], outcome);
      }
    }
    await on.done();
    if (!alone) {
      await poll();
    }
    if (passing) {
      return wait("later", passing);
    }
    tries = 0;
    lost = false;
    on.state("saved");
    return true;
  }

  // Who made an entry after one that left no trace saw what that one saw.
  async function arrive(entry, outcome) {
    if (outcome.problem) {
      await store.put({ ...entry, problem: outcome.problem.detail });
      instead.set(entry.entry_id, entry.seen);
    } else {
      await store.remove(entry.n);
      instead.delete(entry.entry_id);
      if (outcome.outcome === "same") {
        instead.set(entry.entry_id, outcome.standing);
      }
    }
    await on.outcome(entry, outcome);
  }

  function seenAs(entry) {
    let seen = entry.seen;
    while (instead.has(seen)) {
      seen = instead.get(seen);
    }
    return { ...entry, seen };
  }

  // What is refused as a whole may be for one entry of it, or for its length: each goes by itself.
  // Only an entry that is refused in words for what it says will not be sent again by itself.
  async function refuse(batch, status, problem) {
    if (PASSING_STATUS.includes(status) || (problem && passes(problem))) {
      return wait("later", problem);
    }
    if (batch.length > 1) {
      for (const entry of batch) {
        if (!(await post([entry]))) {
          return false;
        }
      }
      return true;
    }
    if (![409, 422].includes(status) || !problem?.detail) {
      return wait("later", problem);
    }
    await arrive(batch[0], { outcome: "refused", standing: batch[0].seen, problem });
    on.state("saved");
    return true;
  }

  function wait(state, problem) {
    lost = state === "waiting";
    on.state(state, undefined, problem?.detail);
    const pause = RETRY_MILLISECONDS[Math.min(tries, RETRY_MILLISECONDS.length - 1)];
    tries += 1;
    clearTimeout(retry);
    retry = setTimeout(flush, pause);
    return false;
  }

  // A token that only ran out is renewed on the way to where it is needed.
  async function renew() {
    const answer = await request(`/accounts/sign-in?next=${encodeURIComponent(grid.address)}`, {});
    return Boolean(answer?.ok && (await told(answer))?.account === grid.account);
  }

  async function poll() {
    const answer = await request(grid.address, { headers: { "If-None-Match": `"${version}"` } });
    if (answer === null || answer.status >= 500) {
      on.state("away");
      return false;
    }
    const found = answer.status === 200 ? await told(answer) : null;
    if (found) {
      if (found.account === grid.account && found.version >= version) {
        version = found.version;
        await on.others(found);
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
    if (document.visibilityState === "visible" && !sending && (await poll()) && lost) {
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

function passes(problem) {
  return PASSING.includes((problem.type ?? "").split("/").at(-1));
}

// What an answer says, or null when it is none of ours, as a proxy's own page is.
async function told(answer) {
  const ours = /^application\/(problem\+)?json/.test(answer.headers.get("Content-Type") ?? "");
  return ours ? answer.json().catch(() => null) : null;
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
