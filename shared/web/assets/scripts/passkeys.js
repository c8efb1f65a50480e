// A form marked data-passkey is answered by the reader's device: what it needs is asked for, its
// answer goes into the form's field, and the form is sent as any other.

export function answerByPasskey(page) {
  page.querySelectorAll("[data-passkey]").forEach((place) => {
    if (!window.PublicKeyCredential || !isAt(place.dataset.passkeyHost)) {
      return;
    }
    place.querySelector("[data-passkey-without]")?.remove();
    place.querySelector("[data-passkey-with]").hidden = false;
    const form = place.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(place, form);
    });
  });
}

function isAt(host) {
  return location.hostname === host || location.hostname.endsWith(`.${host}`);
}

async function answer(place, form) {
  const failed = place.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const asked = await fetch(place.dataset.passkeyOptions, {
      method: "POST",
      headers: { "X-CSRF-Token": form.elements.csrf_token.value },
    });
    if (!asked.ok) {
      throw new Error("not asked");
    }
    const publicKey = decoded(await asked.json());
    const credential =
      place.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
    form.elements[place.dataset.passkeyField].value = JSON.stringify(encoded(credential));
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

function decoded(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) {
    made.user = { ...options.user, id: bytes(options.user.id) };
  }
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    made[name] = (options[name] ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return made;
}

function encoded(credential) {
  const { response } = credential;
  const sent = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) {
      sent[name] = text(response[name]);
    }
  }
  if (response.getTransports) {
    sent.transports = response.getTransports();
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: sent,
  };
}

function bytes(base64url) {
  const letters = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
