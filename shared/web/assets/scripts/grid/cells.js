// The cells of the grid's table: fields made of what the server wrote, and how each stands.

const STATES = ["excused", "waiting", "contested", "refused"];

// A cell: { td, input, person, place, most, entry, text, pending }. entry: id of what stands;
// text: what is recorded, as it is written; pending: entries of it that have not arrived; kept: by
// the id of an entry, its number in the store.
export function makeCells(root) {
  const heads = [...root.querySelectorAll("thead th")];
  const rows = [...root.querySelectorAll("tbody tr[data-person]")];
  const cells = new Map();
  for (const row of rows) {
    for (const [column, head] of heads.entries()) {
      if (head.dataset.open !== undefined) {
        const cell = makeCell(row, head, row.cells[column]);
        cells.set(keyOf(cell.person, cell.place), cell);
      }
    }
  }
  return cells;
}

export function keyOf(person, place) {
  return `${person} ${place}`;
}

function makeCell(row, head, td) {
  const text = td.firstChild?.nodeType === Node.TEXT_NODE ? td.firstChild.data.trim() : "";
  const input = document.createElement("input");
  Object.assign(input, { inputMode: "numeric", autocomplete: "off", maxLength: 9, value: text });
  const name = row.cells[0];
  input.setAttribute("aria-labelledby", `${name.id} c${head.dataset.place}`);
  const cell = {
    td,
    input,
    person: row.dataset.person,
    place: head.dataset.place,
    most: Number(head.dataset.most),
    name: name.firstChild.data.trim(),
    head,
    entry: td.dataset.e ?? null,
    text,
    excused: td.dataset.x !== undefined,
    contested: td.dataset.c !== undefined,
    pending: [],
    kept: new Map(),
  };
  td.replaceChildren(input);
  show(cell);
  return cell;
}

export function show(cell) {
  const last = cell.pending.at(-1);
  const states = {
    excused: last ? Boolean(last.excused_as || last.excused) : cell.excused,
    waiting: cell.pending.some((one) => !one.problem),
    contested: cell.contested,
    refused: cell.pending.some((one) => one.problem),
  };
  const held = STATES.filter((name) => states[name]);
  cell.td.dataset.state = held.join(" ");
  const described = held.map((name) => `is-${name}`).join(" ");
  cell.input.toggleAttribute("aria-describedby", Boolean(described));
  if (described) {
    cell.input.setAttribute("aria-describedby", described);
  }
}

export function written(value, maximum) {
  return maximum ? `${value}/${maximum}` : String(value);
}

// What was typed, as { value, maximum }; null when it cannot be.
export function read(cell, text) {
  const points = cell.head.querySelector("[data-grid-points] input")?.value.trim();
  const found = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(text.trim());
  if (!found || (points && !/^\d{1,4}$/.test(points))) {
    return null;
  }
  const scored = cell.place === "pre" || cell.place === "post";
  const maximum = Number(found[2] ?? (scored && points ? points : 0)) || null;
  if ((maximum && (!scored || maximum > 1000)) || Number(found[1]) > (maximum ?? cell.most)) {
    return null;
  }
  return { value: Number(found[1]), maximum };
}

export function percent(text) {
  const [value, maximum] = text.split("/").map(Number);
  return maximum ? Math.floor((value * 100) / maximum) : value;
}
