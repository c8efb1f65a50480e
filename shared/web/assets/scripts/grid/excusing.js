// Why somebody was not there all the time: a reason from the list and words, asked in a dialog.

export function listenForExcuses(root, speaker, enter) {
  const dialog = root.querySelector("[data-grid-excuse]");
  if (!dialog) {
    return null;
  }
  const { reason, text, minutes } = dialog.querySelector("form").elements;
  const title = dialog.querySelector("[data-grid-excuse-name]");
  let asked = null;
  dialog.addEventListener("close", () => {
    const cell = asked;
    asked = null;
    const typed = minutes.value.trim();
    const known = /^\d{1,4}$/.test(typed) && Number(typed) <= cell.most;
    if (dialog.returnValue === "save" && known) {
      const made = { excused_as: reason.value, excused: text.value.trim() || null };
      enter(cell, { value: Number(typed), maximum: null, ...made });
    } else if (dialog.returnValue === "save") {
      speaker.alert("too_much", { most: cell.most });
    }
    cell.input.focus();
  });
  return (cell) => {
    asked = cell;
    const typed = cell.input.value.trim();
    // Who was there the whole time needs no excuse: begin with nothing then.
    minutes.value = /^\d{1,4}$/.test(typed) && Number(typed) < cell.most ? typed : "0";
    text.value = "";
    title.textContent = `${cell.name}, ${document.getElementById(`c${cell.place}`).textContent.trim()}`;
    dialog.returnValue = "";
    dialog.showModal();
  };
}
