// What the grid says about itself: in words, heard too, each from the page in its language.

export function makeSpeaker(root) {
  const words = JSON.parse(root.dataset.words);
  const saved = root.querySelector("[data-grid-saved]");
  const place = root.querySelector("[data-grid-refused]");
  const warning = document.createElement("p");
  warning.className = "govuk-error-message";
  const list = document.createElement("ul");
  list.className = "govuk-list";
  place.replaceChildren(warning, list);
  let connection = "saved";
  let why = "";

  function text(name, facts = {}) {
    return words[name].replace(/\{(\w+)\}/g, (whole, fact) => facts[fact] ?? whole);
  }

  function put(name, facts) {
    const said = text(name, facts);
    if (saved.firstChild?.data !== said) {
      saved.replaceChildren(said);
    }
  }

  return {
    text,
    say: put,
    // told: entered, saved, sending, waiting, later, signed_out, away or back; count: entries that
    // wait; reason: why they are not taken now, in the server's words.
    state(told, count, reason) {
      const lost = ["waiting", "later", "signed_out", "away"].includes(connection);
      why = told === "later" ? (reason ?? "") : why;
      // What was just entered has not been tried yet: it is on its way, or waits as the others do.
      const state = told !== "entered" ? told : lost ? connection : "sending";
      connection = state;
      root.dataset.connection = state;
      if (count > 0 && state === "signed_out") {
        put("signed_out", { count });
        const link = document.createElement("a");
        Object.assign(link, { className: "govuk-link", href: root.dataset.signIn });
        link.textContent = text("sign_in");
        saved.append(" ", link);
      } else if (count > 0 && state === "later") {
        put("later", { count, reason: why });
      } else if (count > 0) {
        put(state === "sending" ? "sending" : "waiting", { count });
      } else if (state === "away") {
        put("away");
      } else {
        put("saved", { time: clock() });
      }
    },
    // The answer of the page's title; count: cells in which nothing is entered.
    title(count) {
      const title = root.ownerDocument.querySelector("[data-grid-title]");
      const said = count > 0 ? title.dataset.missing.replace("{count}", count) : title.dataset.complete;
      if (title.textContent !== said) {
        title.textContent = said;
      }
    },
    contested(count) {
      const held = root.querySelector("[data-grid-contested]");
      held.hidden = count === 0;
      held.querySelector("[data-grid-contested-words]").textContent = text("contested", { count });
    },
    alert(name, facts) {
      warning.textContent = name ? text(name, facts) : "";
      place.hidden = warning.textContent === "" && list.children.length === 0;
    },
    // Entries that the server does not take: why, and ways to send each again or to let it go.
    refused(entries, cells, act) {
      list.replaceChildren(...entries.map((entry) => line(entry, cells, act)));
      place.hidden = warning.textContent === "" && list.children.length === 0;
    },
  };

  function line(entry, cells, act) {
    const item = document.createElement("li");
    const found = [...cells.values()].find(
      (one) => one.person === entry.registration_id && one.place === entry.place,
    );
    const facts = {
      name: found?.name ?? "",
      place: document.getElementById(`c${entry.place}`)?.textContent.trim() ?? entry.place,
      value: String(entry.value),
    };
    item.append(`${text("at", facts)}. ${entry.problem}`);
    for (const name of ["again", "discard"]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "zanat-text-button" });
      button.textContent = text(name);
      button.addEventListener("click", () => act[name](entry));
      item.append(" ", button);
    }
    return item;
  }

  function clock() {
    const options = { hour: "2-digit", minute: "2-digit" };
    return new Date().toLocaleTimeString(document.documentElement.lang, options);
  }
}
