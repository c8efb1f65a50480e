// Forms marked data-keep keep what was typed in this tab until a page has answered it, so that a
// lost connection or a session that ran out loses nothing of whoever signs in again. Signing out by
// hand forgets everything, and so does a page of somebody else. Fields marked data-keep-not, such as
// national numbers, are never kept.

export const PREFIX = "zanat.typed.";
const OWNER = PREFIX + "account";
const LENGTH_MAX = 200_000;
const NEVER = new Set(["password", "file", "hidden", "submit", "button"]);

export function keepTyped(page, storage) {
  forgetOthers(page, storage);
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

// What somebody else typed goes as soon as this account has a page; a page without anybody signed
// in, such as the one to sign in, shows nothing of it and leaves it to its owner.
export function forgetOthers(page, storage) {
  const account = page.querySelector("form[data-forget]")?.dataset.forget;
  if (account && storage.getItem(OWNER) !== account) {
    forget(storage, () => true);
    storage.setItem(OWNER, account);
  }
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !NEVER.has(field.type));
}

function value(field) {
  return field.dataset.keepNot === undefined ? field.value : "";
}

function keep(form, key, storage, sent) {
  const values = fields(form).map((field) => [field.name, value(field), Boolean(field.checked)]);
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
    const [name, kept, checked] = JSON.parse(text).values[index] ?? [];
    if (name !== field.name) {
      return;
    }
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = checked && field.value === kept;
    } else if (field.dataset.keepNot === undefined) {
      field.value = kept;
    }
  }
}

function forgetAnswered(storage) {
  forget(storage, (text, key) => key !== OWNER && JSON.parse(text).sent);
}

function forget(storage, chosen) {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(PREFIX) && chosen(storage.getItem(key), key)) {
      storage.removeItem(key);
    }
  }
}
