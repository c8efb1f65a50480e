// What the grids keep in this browser goes when somebody else signs in, when nobody is signed in,
// and after a day; and nobody signs out while entries of theirs wait to be sent.

import { CACHE, KEPT, WAITING } from "./grid/keeping.js";

const SEEN = "zanat-seen";
const DAY_MILLISECONDS = 24 * 3600 * 1000;

export function lookAfterKept(page, storage) {
  const form = page.querySelector("form[data-forget]");
  const account = form?.dataset.forget ?? "";
  const kept = JSON.parse(storage.getItem(KEPT) ?? "null");
  if (kept && (kept.account !== account || Date.now() - kept.at > DAY_MILLISECONDS)) {
    storage.removeItem(KEPT);
    forget();
  }
  const waiting = Object.entries(JSON.parse(storage.getItem(WAITING) ?? "{}"))
    .filter(([, one]) => one.account === account)
    .map(([address]) => address);
  const elsewhere = waiting.filter((address) => address !== location.pathname);
  const notice = page.querySelector("[data-waiting]");
  if (notice && elsewhere.length > 0) {
    notice.hidden = false;
    notice.querySelector("a").href = elsewhere[0];
  }
  form?.addEventListener("submit", (event) => {
    // The grid's own page sends them, or asks once more.
    if (elsewhere.length > 0) {
      event.preventDefault();
      location.assign(elsewhere[0]);
    }
  });
}

async function forget() {
  if (window.caches) {
    await caches.delete(CACHE);
  }
  if (window.indexedDB) {
    indexedDB.deleteDatabase(SEEN);
  }
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    await one.unregister();
  }
}
