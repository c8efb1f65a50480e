// The table for many people at once: enter goes to the next person and makes a row when there is
// none, and cells that were copied from a spreadsheet fall into place. Without this script rows
// come from the server and everything is typed.

import { PREFIX, forgetOthers } from "./typed.js";

const YES = new Set(["da", "да", "ja", "yes", "x", "1", "✓"]);

export function fillRows(page, storage) {
  page.querySelectorAll("form[data-rows]").forEach((form) => {
    forgetOthers(page, storage);
    restoreRows(page, form, storage);
    form.addEventListener("keydown", (event) => {
      const field = event.target.closest("tr[data-row] input[type=text]");
      if (event.key === "Enter" && field && !event.isComposing) {
        event.preventDefault();
        cells(following(form, field.closest("tr")))[0]?.focus();
      }
    });
    form.addEventListener("paste", (event) => {
      const field = event.target.closest("tr[data-row] input, tr[data-row] select");
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (field && /[\t\n]/.test(text.trimEnd())) {
        event.preventDefault();
        paste(form, field, text);
      }
    });
  });
}

function rows(form) {
  return [...form.querySelectorAll("tr[data-row]")];
}

function cells(row) {
  return row ? [...row.querySelectorAll("input, select")] : [];
}

// The row behind this one, made anew at the end; nothing behind the last that is allowed.
function following(form, row) {
  const every = rows(form);
  return every[every.indexOf(row) + 1] ?? add(form);
}

function add(form) {
  const last = rows(form).at(-1);
  const number = Number(last.dataset.row);
  if (number >= Number(form.dataset.rows)) {
    return null;
  }
  const row = last.cloneNode(true);
  renumber(row, number, number + 1);
  for (const cell of cells(row)) {
    clear(cell);
  }
  const said = form.querySelector(`tr[data-said="${number}"]`);
  (said ?? last).after(row);
  return row;
}

function renumber(row, from, to) {
  row.dataset.row = String(to);
  for (const place of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for"]) {
      const value = place.getAttribute(name);
      if (value) {
        place.setAttribute(name, value.replace(`rows-${from}-`, `rows-${to}-`));
      }
    }
    const label = place.getAttribute("aria-label");
    if (label) {
      place.setAttribute("aria-label", label.replace(String(from), String(to)));
    }
    if (!place.children.length && place.textContent.trim()) {
      const option = place.closest("option");
      place.textContent = option ? place.textContent : place.textContent.replace(from, to);
    }
  }
}

function clear(cell) {
  cell.removeAttribute("aria-invalid");
  cell.removeAttribute("aria-describedby");
  cell.classList.remove("govuk-input--error");
  if (cell.type === "checkbox") {
    return;
  }
  const asAbove = cell.tagName === "SELECT" && ![...cell.options].some((one) => !one.value);
  if (!asAbove) {
    cell.value = "";
  }
}

function paste(form, field, text) {
  let row = field.closest("tr");
  const first = cells(row).indexOf(field);
  const lines = text.replace(/\r\n?/g, "\n").trimEnd().split("\n");
  for (const [index, line] of lines.entries()) {
    row = index ? following(form, row) : row;
    if (!row) {
      break;
    }
    const into = cells(row);
    for (const [place, value] of line.split("\t").entries()) {
      put(into[first + place], value.trim());
    }
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function put(cell, value) {
  if (!cell) {
    return;
  }
  if (cell.type === "checkbox") {
    cell.checked = YES.has(value.toLowerCase());
  } else if (cell.tagName === "SELECT") {
    const wanted = value.toLowerCase();
    const found = [...cell.options].find(
      (one) =>
        one.value.toLowerCase() === wanted || (wanted && one.text.toLowerCase().startsWith(wanted)),
    );
    if (found) {
      cell.value = found.value;
    }
  } else {
    cell.value = value;
  }
}

// Rows that were added before the page was lost are made again, so that what was typed fits.
function restoreRows(page, form, storage) {
  const kept = storage.getItem(PREFIX + location.pathname + "#" + form.dataset.keep);
  if (!kept || page.querySelector(".govuk-error-summary")) {
    return;
  }
  const { sent, values } = JSON.parse(kept);
  const numbers = values.map(([name]) => Number(/^rows-(\d+)-/.exec(name)?.[1] ?? 0));
  while (!sent && rows(form).length < Math.max(...numbers, 0) && add(form)) {
    // Each turn adds one.
  }
}
