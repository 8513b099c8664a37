// The browser's part of package passkey. A form with data-passkey="get" or "create" gets its options from data-options,
// asks the browser for a passkey, and is sent with it in the field "credential".
"use strict";
(() => {
  const decode = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const encode = data => btoa(Array.from(new Uint8Array(data), b => String.fromCharCode(b)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  let running; // the request that the browser shows; there can be one
  let sent = false;

  async function ask(form, mediation) {
    if (sent) return;
    running?.abort();
    const mine = running = new AbortController();
    const answer = await fetch(form.dataset.options, {method: "POST", headers: {Accept: "application/json"}, signal: mine.signal});
    if (answer.status == 401) return form.submit(); // whose answer leads to where the user proves who it is again
    if (!answer.ok) throw Object.assign(new Error(), {shown: (await answer.json()).description});
    const options = (await answer.json()).publicKey;
    options.challenge = decode(options.challenge);
    if (options.user) options.user.id = decode(options.user.id);
    for (const list of [options.allowCredentials, options.excludeCredentials])
      for (const credential of list ?? []) credential.id = decode(credential.id);
    const made = await navigator.credentials[form.dataset.passkey]({publicKey: options, mediation, signal: mine.signal});
    if (mine.signal.aborted) return; // a later challenge counts
    const response = {};
    for (const name of ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"])
      if (made.response[name]) response[name] = encode(made.response[name]);
    if (made.response.getTransports) response.transports = made.response.getTransports();
    form.elements.credential.value = JSON.stringify({
      id: made.id, rawId: encode(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment ?? undefined,
      clientExtensionResults: {}, response,
    });
    sent = true;
    form.submit();
  }

  function say(form, text) {
    const place = form.querySelector("[role=alert]");
    place.textContent = text;
    place.hidden = false;
  }

  // Passkeys in the list of the field for the name. The challenge ends after five minutes, so that it is renewed before.
  async function offer(form) {
    const field = document.querySelector('input[autocomplete~="username"], input[autocomplete~="email"]');
    if (!field || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    if (!field.autocomplete.includes("webauthn")) field.autocomplete += " webauthn";
    const again = setTimeout(() => offer(form), 4 * 60 * 1000);
    form.addEventListener("submit", () => clearTimeout(again), {once: true});
    ask(form, "conditional").catch(() => {}); // the button says what is wrong
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    button.disabled = false;
    if (!window.PublicKeyCredential) {
      button.disabled = true;
      say(form, form.dataset.unsupported);
      continue;
    }
    form.addEventListener("submit", event => {
      event.preventDefault();
      form.querySelector("[role=alert]").hidden = true;
      ask(form).catch(error => say(form, error.shown || form.dataset.failed));
    });
    if (form.dataset.conditional !== undefined) offer(form);
  }

  addEventListener("pageshow", () => sent = false); // the browser went back

  const unknown = document.querySelector("[data-passkey-unknown]")?.dataset;
  if (unknown) window.PublicKeyCredential?.signalUnknownCredential?.({rpId: unknown.rp, credentialId: unknown.passkeyUnknown});
})();
