// Forms marked data-keep keep what was typed in this tab until a page has answered it, so that a
// lost connection or a sign-out loses nothing. Signing out by hand forgets everything.

const PREFIX = "zanat.typed.";
const LENGTH_MAX = 200_000;
const NEVER = new Set(["password", "file", "hidden", "submit", "button"]);

export function keepTyped(page, storage) {
  const failed = page.body.dataset.failed !== undefined;
  if (!failed) {
    forgetAnswered(storage);
  }
  page.querySelectorAll("form[data-keep]").forEach((form) => {
    const key = PREFIX + location.pathname + "#" + form.dataset.keep;
    restore(form, storage.getItem(key));
    form.addEventListener("input", () => keep(form, key, storage, false));
    form.addEventListener("submit", () => keep(form, key, storage, true));
  });
  page.querySelectorAll("form[data-forget]").forEach((form) => {
    form.addEventListener("submit", () => forget(storage, () => true));
  });
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !NEVER.has(field.type));
}

function keep(form, key, storage, sent) {
  const values = fields(form).map((field) => [field.name, field.value, Boolean(field.checked)]);
  const text = JSON.stringify({ sent, values });
  if (text.length <= LENGTH_MAX) {
    try {
      storage.setItem(key, text);
    } catch {
      // A full storage must not stop anybody from typing.
    }
  }
}

function restore(form, text) {
  // After an error the server has already put back what was typed, and knows better.
  if (!text || document.querySelector(".govuk-error-summary")) {
    return;
  }
  for (const [index, field] of fields(form).entries()) {
    const [name, value, checked] = JSON.parse(text).values[index] ?? [];
    if (name !== field.name) {
      return;
    }
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = checked && field.value === value;
    } else {
      field.value = value;
    }
  }
}

function forgetAnswered(storage) {
  forget(storage, (text) => JSON.parse(text).sent);
}

function forget(storage, chosen) {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(PREFIX) && chosen(storage.getItem(key))) {
      storage.removeItem(key);
    }
  }
}
