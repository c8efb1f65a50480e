// j and k go down and up the rows of a table, enter opens (the focused link does that by itself),
// / goes to the search field. Never while something is typed, and a reader can turn it off.

const SETTING = "zanat.keys";
const ROWS = ".zanat-table[data-keys] tbody tr";
const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export function listenForKeys(page, storage) {
  const choice = page.querySelector("[data-keys-choice]");
  if (choice) {
    choice.hidden = false;
    const box = choice.querySelector("input");
    box.checked = storage.getItem(SETTING) !== "off";
    box.addEventListener("change", () => storage.setItem(SETTING, box.checked ? "on" : "off"));
  }
  page.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (held || storage.getItem(SETTING) === "off" || event.target.closest(TYPED_INTO)) {
      return;
    }
    if (act(page, event.key)) {
      event.preventDefault();
    }
  });
}

function act(page, key) {
  if (key === "/") {
    const search = page.querySelector("input[type=search], [data-search]");
    search?.focus();
    return Boolean(search);
  }
  if (key === "j" || key === "k") {
    return step(page, key === "j" ? 1 : -1);
  }
  return false;
}

function step(page, by) {
  const rows = [...page.querySelectorAll(ROWS)];
  const here = rows.findIndex((row) => row.contains(page.activeElement));
  const row = here < 0 ? rows[0] : rows[here + by];
  if (!row) {
    return false;
  }
  let target = row.querySelector("a[href], input, button");
  if (!target) {
    row.tabIndex = -1;
    target = row;
  }
  target.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}
