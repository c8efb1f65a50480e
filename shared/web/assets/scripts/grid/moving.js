// Keys as in a spreadsheet: arrows and Enter go from cell to cell, Tab as everywhere; p, a and e
// (also on a Cyrillic keyboard) say how somebody attended.

const LETTERS = { p: "whole", п: "whole", a: "absent", а: "absent", e: "excused", е: "excused" };

export function listenInGrid(root, cells, act) {
  root.addEventListener("keydown", (event) => {
    const cell = cellOf(cells, event.target);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    const letter = LETTERS[event.key.toLowerCase()];
    if (letter && act[letter]) {
      event.preventDefault();
      act[letter](cell);
      return;
    }
    const step = stepOf(event, cell.input);
    if (step) {
      event.preventDefault();
      go(cells, cell, step);
    } else if (event.key === "Escape") {
      act.undo(cell);
    }
  });
}

export function cellOf(cells, input) {
  return [...cells.values()].find((one) => one.input === input);
}

function stepOf(event, input) {
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const atStart = input.selectionEnd === 0;
  const atEnd = input.selectionStart === input.value.length;
  switch (event.key) {
    case "ArrowUp":
      return [-1, 0];
    case "ArrowDown":
      return [1, 0];
    case "Enter":
      return [event.shiftKey ? -1 : 1, 0];
    case "ArrowLeft":
      return whole || atStart ? [0, -1] : null;
    case "ArrowRight":
      return whole || atEnd ? [0, 1] : null;
    default:
      return null;
  }
}

function go(cells, from, [down, right]) {
  const inputs = new Set([...cells.values()].map((one) => one.input));
  let row = from.td.parentElement;
  let column = from.td.cellIndex;
  for (;;) {
    column += right;
    row = down > 0 ? row.nextElementSibling : down < 0 ? row.previousElementSibling : row;
    const td = row?.cells[column];
    if (!td) {
      return;
    }
    const input = td.querySelector("input");
    if (input && inputs.has(input) && !td.hidden) {
      input.focus();
      input.scrollIntoView({ block: "nearest", inline: "nearest" });
      return;
    }
  }
}
