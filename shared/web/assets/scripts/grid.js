// The grid in which trainers enter attendance and tests: every entry is kept in this browser at
// once and sent as soon as there is a connection; what others enter appears by itself.

import { keyOf, makeCells, percent, read, show, written } from "./grid/cells.js";
import { listenForExcuses } from "./grid/excusing.js";
import { keepPage, noteWaiting } from "./grid/keeping.js";
import { cellOf, listenInGrid } from "./grid/moving.js";
import { arrangeForPhones } from "./grid/phone.js";
import { makeSender } from "./grid/sending.js";
import { makeSpeaker } from "./grid/speaking.js";
import { memoryStore, newId, openStore } from "./grid/store.js";

const IDLE_MILLISECONDS = 8_000;
const PAUSE_MILLISECONDS = 150;

const root = document.querySelector("[data-grid]");
if (root?.querySelector("tbody")) {
  start(root);
}

async function start(root) {
  const { account, entries: address, version } = root.dataset;
  const cells = makeCells(root);
  const speaker = makeSpeaker(root);
  const store = await openStore(account, address).catch(() => {
    speaker.say("cannot_keep");
    return memoryStore();
  });
  let typing = null;
  let timer = 0;

  const sender = makeSender({ address, account, version: Number(version) }, store, {
    leaving: () => {
      typing = null;
    },
    // Of the cell in which somebody types nothing goes: what stands there is half a number.
    typing: (entry) =>
      typing !== null &&
      typing.person === entry.registration_id &&
      typing.place === entry.place,
    sent: (batch) => {
      for (const entry of batch) {
        const cell = cells.get(keyOf(entry.registration_id, entry.place));
        replace(cell, entry);
      }
    },
    state: (state, count, reason) => tell(state, count, reason),
    outcome: (entry, outcome) => arrived(entry, outcome),
    others: (told) => others(told),
    done: () => remember(),
  });

  // Entering

  async function enter(cell, made) {
    const last = cell.pending.at(-1);
    const text = written(made.value, made.maximum);
    const plain = !made.excused_as && !made.excused;
    if (!last && text === cell.text && plain && !cell.excused) {
      return;
    }
    const fresh = !last || last.sent || last.problem;
    const entry = {
      ...(fresh ? { entry_id: newId(), seen: last ? seenAfter(last) : cell.entry } : last),
      registration_id: cell.person,
      place: cell.place,
      excused_as: null,
      excused: null,
      ...made,
      noted_at: new Date().toISOString(),
      sent: false,
    };
    if (fresh) {
      cell.pending.push(entry);
    } else {
      cell.pending[cell.pending.length - 1] = entry;
    }
    cell.doing = (cell.doing ?? Promise.resolve()).then(() => keep(cell, entry));
    show(cell);
    gain(cell);
    await cell.doing;
    tell("entered");
  }

  async function keep(cell, entry) {
    // An entry has one place in the store, also where it was taken back while it was being kept.
    const number = cell.kept.get(entry.entry_id) ?? entry.n;
    const kept = await store.put({ ...entry, ...(number ? { n: number } : {}) });
    cell.kept.set(entry.entry_id, kept.n);
    entry.n = kept.n;
    const now = cell.pending.find((one) => one.entry_id === entry.entry_id);
    if (now) {
      now.n = kept.n;
    }
  }

  function seenAfter(last) {
    return last.problem ? last.seen : last.entry_id;
  }

  function soon(pause) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      typing = null;
      await Promise.all([...cells.values()].map((cell) => cell.doing));
      sender.flush();
    }, pause);
  }

  async function enterText(cell, finished) {
    const text = cell.input.value.trim();
    const made = read(cell, text);
    cell.input.removeAttribute("aria-invalid");
    if (made) {
      speaker.alert("");
      const doing = enter(cell, made);
      if (finished) {
        cell.input.value = current(cell);
      }
      await doing;
      return;
    }
    // The digits so far were a number, and no longer are: what was there before counts again.
    await takeBack(cell);
    if (finished && text !== "") {
      cell.input.setAttribute("aria-invalid", "true");
      speaker.alert("too_much", { most: cell.most });
    } else if (finished && current(cell) !== "") {
      cell.input.value = current(cell);
      speaker.alert("not_emptied");
    }
  }

  async function takeBack(cell) {
    const last = cell.pending.at(-1);
    if (!("before" in cell) || !last || last.sent) {
      return;
    }
    const before = cell.before;
    cell.pending.pop();
    if (before) {
      cell.pending.push({ ...before, n: last.n });
    }
    const number = () => cell.kept.get(last.entry_id) ?? last.n;
    cell.doing = (cell.doing ?? Promise.resolve()).then(() =>
      before ? store.put({ ...before, n: number() }) : store.remove(number()),
    );
    show(cell);
    gain(cell);
    await cell.doing;
    tell("entered");
  }

  // What waits in a cell when somebody begins to type in it.
  function begin(cell) {
    if (typing !== cell) {
      const last = cell.pending.at(-1);
      cell.before = last && !last.sent && !last.problem ? { ...last } : null;
    }
    typing = cell;
  }

  function current(cell) {
    const last = cell.pending.at(-1);
    return last ? written(last.value, last.maximum) : cell.text;
  }

  async function set(cell, made) {
    cell.input.value = written(made.value, made.maximum);
    cell.input.removeAttribute("aria-invalid");
    const doing = enter(cell, made);
    cell.input.select();
    soon(PAUSE_MILLISECONDS);
    await doing;
  }

  async function everybody(place) {
    for (const cell of cells.values()) {
      if (cell.place === place && cell.text === "" && cell.pending.length === 0) {
        cell.input.value = String(cell.most);
        await enter(cell, { value: cell.most, maximum: null });
      }
    }
    soon(PAUSE_MILLISECONDS);
  }

  async function undo(cell) {
    if (typing === cell) {
      await takeBack(cell);
    }
    typing = null;
    cell.input.value = current(cell);
    cell.input.removeAttribute("aria-invalid");
    cell.input.select();
    speaker.alert("");
  }

  // What the server says

  function replace(cell, entry) {
    const index = cell ? cell.pending.findIndex((one) => one.entry_id === entry.entry_id) : -1;
    if (index >= 0) {
      cell.pending[index] = entry;
    }
  }

  async function arrived(entry, outcome) {
    const cell = cells.get(keyOf(entry.registration_id, entry.place));
    if (!cell) {
      return;
    }
    if (outcome.problem) {
      replace(cell, { ...entry, problem: outcome.problem.detail });
      show(cell);
      return;
    }
    cell.pending = cell.pending.filter((one) => one.entry_id !== entry.entry_id);
    // Otherwise what stands is asked for, with all that belongs to it.
    if (outcome.outcome === "recorded" || outcome.outcome === "same") {
      cell.entry = outcome.standing;
      cell.text = written(entry.value, entry.maximum);
      cell.excused = Boolean(entry.excused_as || entry.excused);
    }
    if (cell.pending.length === 0 && typing !== cell) {
      cell.input.value = cell.text;
    }
    show(cell);
    gain(cell);
  }

  async function others(told) {
    const standing = new Map(told.entries.map((one) => [keyOf(one.registration_id, one.place), one]));
    const contested = new Set(told.contests.map((one) => keyOf(one.registration_id, one.place)));
    for (const [key, cell] of cells) {
      const found = standing.get(key);
      cell.contested = contested.has(key);
      if (found && found.entry_id !== cell.entry && cell.pending.length === 0) {
        cell.entry = found.entry_id;
        cell.text = written(found.value, found.maximum);
        cell.excused = found.is_excused;
        if (document.activeElement !== cell.input || cell.input.value === "") {
          cell.input.value = cell.text;
        }
        gain(cell);
      }
      show(cell);
    }
    speaker.contested(told.contests.length);
    await remember();
  }

  // What this page knows, for when it opens again without a connection.
  async function remember() {
    const known = [...cells.values()].filter((cell) => cell.text !== "");
    const entries = known.map((cell) => ({
      registration_id: cell.person,
      place: cell.place,
      entry_id: cell.entry,
      text: cell.text,
      is_excused: cell.excused,
    }));
    await store.keepSeen({ version: sender.version(), entries, at: Date.now() });
  }

  // What is told

  async function tell(state, count, reason) {
    const held = await store.list();
    const refused = held.filter((one) => one.problem);
    const waiting = held.length - refused.length;
    noteWaiting(root, held.length);
    speaker.state(state, count ?? waiting, reason);
    const counted = [...cells.values()].filter((cell) => cell.place !== "pre");
    speaker.title(counted.filter((cell) => current(cell) === "").length);
    speaker.refused(refused, cells, { again, discard });
  }

  async function discard(entry) {
    await store.remove(entry.n);
    const cell = cells.get(keyOf(entry.registration_id, entry.place));
    if (cell) {
      cell.pending = cell.pending.filter((one) => one.n !== entry.n);
      cell.input.value = current(cell);
      show(cell);
    }
    tell("saved");
  }

  async function again(entry) {
    const { problem, ...fresh } = entry;
    const kept = await store.put(fresh);
    const cell = cells.get(keyOf(entry.registration_id, entry.place));
    replace(cell, kept);
    if (cell) {
      show(cell);
    }
    tell("entered");
    sender.flush();
  }

  function gain(cell) {
    const row = cell.td.parentElement;
    const place = row.querySelector("[data-gain]");
    if (place) {
      const before = cells.get(keyOf(cell.person, "pre"));
      const after = cells.get(keyOf(cell.person, "post"));
      const [one, two] = [current(before), current(after)];
      const by = percent(two) - percent(one);
      place.textContent = one === "" || two === "" ? "" : `${by > 0 ? "+" : ""}${by}`;
    }
  }

  // Begin with what this browser still holds

  const seen = await store.seen();
  if (seen && seen.version >= Number(version) && !(await sender.poll())) {
    overlay(seen);
  }
  for (const entry of await store.list()) {
    const cell = cells.get(keyOf(entry.registration_id, entry.place));
    if (cell) {
      cell.pending.push(entry);
      cell.input.value = current(cell);
      show(cell);
      gain(cell);
    }
  }

  // A page from this browser's store is older than what was seen since.
  function overlay(seen) {
    for (const one of seen.entries) {
      const cell = cells.get(keyOf(one.registration_id, one.place));
      if (cell) {
        cell.entry = one.entry_id;
        cell.text = one.text;
        cell.excused = one.is_excused;
        cell.input.value = one.text;
        show(cell);
      }
    }
  }

  root.addEventListener("focusin", (event) => cellOf(cells, event.target)?.input.select());
  root.addEventListener("input", (event) => {
    const cell = cellOf(cells, event.target);
    if (cell) {
      begin(cell);
      soon(IDLE_MILLISECONDS);
      enterText(cell, false);
    }
  });
  root.addEventListener("change", (event) => {
    const cell = cellOf(cells, event.target);
    if (cell) {
      enterText(cell, true);
      typing = null;
      soon(PAUSE_MILLISECONDS);
    }
  });
  root.querySelectorAll("[data-grid-points]").forEach((one) => {
    one.hidden = false;
  });
  const excuse = listenForExcuses(root, speaker, (cell, made) => set(cell, made));
  const attends = root.dataset.grid === "attendance";
  const act = {
    undo,
    ...(attends && {
      whole: (cell) => set(cell, { value: cell.most, maximum: null }),
      absent: (cell) => set(cell, { value: 0, maximum: null }),
      excused: excuse,
    }),
  };
  listenInGrid(root, cells, act);
  if (attends) {
    arrangeForPhones(root, cells, act, speaker, everybody);
  }
  holdSignOut(sender, store, speaker);
  tell(held() ? "entered" : "saved");
  sender.flush();
  keepPage(root).catch(() => undefined);
  root.dataset.ready = "yes";

  function held() {
    return [...cells.values()].some((cell) => cell.pending.length > 0);
  }
}

// Signing out empties this browser, so what waits is sent first; pressing again loses it.
function holdSignOut(sender, store, speaker) {
  let warned = false;
  document.querySelectorAll("form[data-forget]").forEach((form) => {
    form.addEventListener("submit", async (event) => {
      if (warned) {
        return;
      }
      event.preventDefault();
      await sender.flush();
      const left = (await store.list()).length;
      if (left === 0) {
        form.submit();
      } else {
        warned = true;
        speaker.alert("stays", { count: left });
      }
    });
  });
}
