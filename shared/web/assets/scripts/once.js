// A form is sent once: a second press within ten seconds does nothing. The server's idempotency
// key would catch it too; this spares the person the doubt.

const PAUSE_MILLISECONDS = 10_000;

export function sendOnce(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), PAUSE_MILLISECONDS);
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      page.querySelectorAll("form[data-sent]").forEach(release);
    }
  });
  page.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-sent]");
    if (form) {
      release(form);
    }
  });
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled=true]").forEach((button) => {
    button.removeAttribute("aria-disabled");
  });
}
