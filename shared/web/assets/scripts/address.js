// A secret that came behind the # of the address, which browsers send to nobody: it goes into the
// form's field and out of the address, so that neither history nor a look at the bar keeps it.

const SECRET = /^#([0-9A-Za-z-]{4,80})$/;

export function takeFromAddress(page, window) {
  const form = page.querySelector("form[data-code-from-address]");
  const found = SECRET.exec(window.location.hash);
  const field = form?.elements[form.dataset.codeFromAddress];
  if (!field || !found || field.value) {
    return;
  }
  const { pathname, search } = window.location;
  window.history.replaceState(window.history.state, "", pathname + search);
  field.value = found[1];
  form.requestSubmit();
}
