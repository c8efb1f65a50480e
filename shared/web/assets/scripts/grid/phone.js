// On a narrow screen one session at a time, with large buttons for each person.

const NARROW = "(max-width: 40em)";

export function arrangeForPhones(root, cells, act, speaker, everybody) {
  const picker = root.querySelector("[data-grid-picker]");
  const choice = picker.querySelector("select");
  const heads = [...root.querySelectorAll("thead th[data-place]")];
  const narrow = window.matchMedia(NARROW);

  const today = heads.find((head) => head.dataset.today !== undefined);
  const open = heads.filter((head) => head.dataset.open !== undefined);
  const empty = open.find((head) => [...cells.values()].some((cell) => isEmptyIn(cell, head)));
  choice.value = (today ?? empty ?? open.at(-1) ?? heads[0]).dataset.place;

  function arrange() {
    const one = narrow.matches;
    picker.hidden = !one;
    root.classList.toggle("zanat-grid--one", one);
    for (const head of heads) {
      const hidden = one && head.dataset.place !== choice.value;
      head.hidden = hidden;
      for (const row of root.querySelectorAll("tbody tr")) {
        row.cells[head.cellIndex].hidden = hidden;
      }
    }
    root.querySelectorAll("thead [data-grid-all]").forEach((button) => {
      button.hidden = one;
    });
    for (const cell of cells.values()) {
      const wanted = one && cell.place === choice.value;
      const held = cell.td.querySelector(".zanat-grid__quick");
      if (wanted && !held) {
        cell.td.append(quick(cell));
      } else if (!wanted) {
        held?.remove();
      }
    }
  }

  function quick(cell) {
    const place = document.createElement("div");
    place.className = "zanat-grid__quick";
    for (const name of ["whole", "absent", "excused"]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: speaker.text(name) });
      button.setAttribute("aria-label", speaker.text(`${name}_of`, { name: cell.name }));
      button.addEventListener("click", () => {
        act[name](cell);
        if (name !== "excused") {
          // The keyboard of the phone stays where it is: hidden.
          button.focus();
        }
      });
      place.append(button);
    }
    return place;
  }

  nameRoles(root.querySelector("table"));
  choice.addEventListener("change", arrange);
  narrow.addEventListener("change", arrange);
  root.querySelectorAll("[data-grid-all]").forEach((button) => {
    button.addEventListener("click", () => everybody(button.dataset.gridAll || choice.value));
  });
  arrange();
}

function isEmptyIn(cell, head) {
  return cell.place === head.dataset.place && cell.text === "";
}

// Shown as blocks, a table is none to a screen reader unless its parts say what they are.
function nameRoles(table) {
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody")) {
    part.setAttribute("role", "rowgroup");
  }
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      const roles = { col: "columnheader", row: "rowheader" };
      cell.setAttribute("role", roles[cell.scope] ?? "cell");
    }
  }
}
