// Entries that are not sent yet, and the last known state of the grid, in the browser's own store:
// ids and numbers, no names. An entry goes as soon as it has arrived. docs/decisions/0030.

const ENTRIES = "zanat-entries";
const SEEN = "zanat-seen";
const STORE = "of";

export async function openStore(account, grid) {
  const [entries, seen] = await Promise.all([
    open(ENTRIES, { keyPath: "n", autoIncrement: true }),
    open(SEEN, { keyPath: "grid" }),
  ]);
  const own = (entry) => entry.account === account && entry.grid === grid;
  return {
    // Mine of this grid, in the order in which they were made.
    list: async () => (await ask(entries, "readonly", (store) => store.getAll())).filter(own),
    // Durable when this is done; gives an entry its number.
    put: async (entry) => {
      const whole = { ...entry, account, grid };
      whole.n = await ask(entries, "readwrite", (store) => store.put(whole));
      return whole;
    },
    remove: (n) => ask(entries, "readwrite", (store) => store.delete(n)),
    seen: async () => {
      const found = await ask(seen, "readonly", (store) => store.get(grid));
      return found?.account === account ? found : undefined;
    },
    keepSeen: (state) => ask(seen, "readwrite", (store) => store.put({ ...state, account, grid })),
  };
}

// For browsers that keep nothing: lasts as long as the page.
export function memoryStore() {
  const held = new Map();
  let last = 0;
  return {
    list: async () => [...held.values()],
    put: async (entry) => {
      const whole = { ...entry, n: entry.n ?? ++last };
      held.set(whole.n, whole);
      return whole;
    },
    remove: async (n) => held.delete(n),
    seen: async () => undefined,
    keepSeen: async () => undefined,
  };
}

// What an entry is known by, here and on the server.
export function newId() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

function open(name, options) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, options);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      // Whoever signs in next may have it deleted.
      asked.result.onversionchange = () => asked.result.close();
      const whole = asked.result.objectStoreNames.contains(STORE);
      whole ? resolve(asked.result) : reject(new Error("not our store"));
    };
  });
}

function ask(database, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const asked = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
