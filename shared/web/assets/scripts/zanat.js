// What the browser adds to pages that work without it: govuk-frontend's behaviours, keys in
// tables, a form that is sent once, what was typed kept until it has arrived, passkeys, a
// certificate's code from its address, and rows that grow.

import { ErrorSummary, SkipLink, Tabs, createAll } from "govuk-frontend";
import { keepTyped } from "./typed.js";
import { takeFromAddress } from "./address.js";
import { lookAfterKept } from "./kept.js";
import { listenForKeys } from "./keys.js";
import { answerByPasskey } from "./passkeys.js";
import { sendOnce } from "./once.js";
import { fillRows } from "./rows.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [ErrorSummary, SkipLink, Tabs]) {
  createAll(component);
}
lookAfterKept(document, window.localStorage);
sendOnce(document);
fillRows(document, window.sessionStorage);
keepTyped(document, window.sessionStorage);
listenForKeys(document, window.localStorage);
answerByPasskey(document);
takeFromAddress(document, window);
// On a phone the line of places is longer than the screen: show where this page is in it.
document
  .querySelector(".zanat-navigation [aria-current]")
  ?.scrollIntoView({ block: "nearest", inline: "center" });

// What htmx puts into the page gets its tabs too.
document.body.addEventListener("htmx:afterSettle", (event) => {
  createAll(Tabs, {}, event.target);
});
