// The worker of the grids' pages: shows the page kept in this browser where the connection is
// missing, for a day at most. It looks after two pages of one cohort and what they are made of,
// and after nothing else. docs/decisions/0030.

const CACHE = "zanat-grid";
const DAY_MILLISECONDS = 24 * 3600 * 1000;
const PATIENCE_MILLISECONDS = 8_000;
const ASSET = /^\/trainings\/assets\/([0-9a-f]+)\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const scope = new URL(self.registration.scope).pathname;
  if (event.request.method !== "GET") {
    return;
  }
  if (event.request.mode === "navigate" && [scope, `${scope}/tests`].includes(pathname)) {
    event.respondWith(page(event.request, pathname));
  } else if (ASSET.test(pathname)) {
    event.respondWith(asset(event.request, pathname));
  }
});

async function page(request, pathname) {
  const cache = await caches.open(CACHE);
  const kept = await young(cache, pathname);
  let answer = null;
  try {
    answer = await fetched(request, kept ? PATIENCE_MILLISECONDS : 0);
  } catch {
    // No connection, or none worth the name.
  }
  if (answer?.ok && answer.type === "basic") {
    await keep(cache, pathname, answer.clone());
    return answer;
  }
  if (answer && (answer.status === 403 || answer.status === 404)) {
    await cache.delete(pathname);
  }
  const down = !answer || answer.status >= 500;
  return down && kept ? kept : answer ?? Response.error();
}

function fetched(request, patience) {
  const late = new Promise((_, reject) => {
    if (patience) {
      setTimeout(() => reject(new Error("late")), patience);
    }
  });
  return Promise.race([fetch(request), late]);
}

async function young(cache, pathname) {
  const kept = await cache.match(pathname);
  if (!kept || Date.now() - Number(kept.headers.get("X-Kept")) < DAY_MILLISECONDS) {
    return kept;
  }
  await cache.delete(pathname);
  return undefined;
}

async function keep(cache, pathname, answer) {
  const headers = new Headers(answer.headers);
  headers.set("X-Kept", String(Date.now()));
  await cache.put(pathname, new Response(await answer.blob(), { headers }));
}

async function asset(request, pathname) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(pathname);
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await forgetOthers(cache, ASSET.exec(pathname)[1]);
    await cache.put(pathname, answer.clone());
  }
  return answer;
}

// Files of an earlier version of this installation.
async function forgetOthers(cache, digest) {
  for (const one of await cache.keys()) {
    const found = ASSET.exec(new URL(one.url).pathname);
    if (found && found[1] !== digest) {
      await cache.delete(one);
    }
  }
}
