// The page itself, kept for a day in this browser, so that it opens without a connection.

export const CACHE = "zanat-grid";
export const KEPT = "zanat.grid.kept";
export const WAITING = "zanat.grid.waiting";
const ASSETS = "/trainings/assets/";

export async function keepPage(root) {
  if (!("serviceWorker" in navigator) || !window.caches) {
    return;
  }
  const { account, scope, offline } = root.dataset;
  const through = Boolean(navigator.serviceWorker.controller);
  localStorage.setItem(KEPT, JSON.stringify({ account, at: Date.now() }));
  await navigator.serviceWorker.register(offline, { scope });
  const cache = await caches.open(CACHE);
  const wanted = [...document.querySelectorAll("link[href], script[src], img[src]")]
    .map((one) => new URL(one.href || one.src).pathname)
    .filter((path) => path.startsWith(ASSETS));
  for (const path of new Set(wanted)) {
    if (!(await cache.match(path))) {
      await cache.add(path);
    }
  }
  // The worker keeps each page that it brings; the first one came without it.
  if (!through) {
    const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (page.ok && !page.redirected) {
      const headers = new Headers(page.headers);
      headers.set("X-Kept", String(Date.now()));
      await cache.put(location.pathname, new Response(await page.blob(), { headers }));
    }
  }
  root.dataset.kept = "yes";
}

// How many entries of this grid wait, for the other pages: they warn before somebody signs out.
export function noteWaiting(root, count) {
  const held = JSON.parse(localStorage.getItem(WAITING) ?? "{}");
  const address = location.pathname;
  if (count > 0) {
    held[address] = { account: root.dataset.account, count };
  } else {
    delete held[address];
  }
  localStorage.setItem(WAITING, JSON.stringify(held));
}
