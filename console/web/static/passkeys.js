// Asks the device for a passkey (WebAuthn) and sends its answer with the form. Only improves: a code
// works without it.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(offer);

function offer(box) {
  box.hidden = false;
  const button = box.querySelector("button");
  const said = box.querySelector(".skellat-passkey__said");
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.hidden = true;
    try {
      const options = box.dataset.from ? await made(box.dataset.from) : JSON.parse(box.dataset.options);
      const credential = await ask(box.dataset.passkey, options);
      const form = box.closest("form");
      form.elements[box.dataset.field].value = JSON.stringify(answer(credential));
      form.submit();
    } catch (error) {
      button.disabled = false;
      said.textContent = words(error, box.dataset);
      said.hidden = false;
    }
  });
}

// A challenge that lasts for moments is made when the button is pressed.
async function made(address) {
  const answer = await fetch(address, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  return answer.json();
}

function ask(how, options) {
  const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (how === "get") {
    publicKey.allowCredentials = described(options.allowCredentials);
    return navigator.credentials.get({ publicKey });
  }
  publicKey.user = { ...options.user, id: bytes(options.user.id) };
  publicKey.excludeCredentials = described(options.excludeCredentials);
  return navigator.credentials.create({ publicKey });
}

function answer(credential) {
  const { response } = credential;
  const given = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) given[part] = text(response[part]);
  }
  if (response.getTransports) given.transports = response.getTransports();
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: given, clientExtensionResults: {} };
}

function words(error, said) {
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (error.name === "SecurityError") return said.elsewhere || "Passkeys do not work at this address. Open the console by its name, not by a number.";
  return said.none || "No passkey came. Try again, or use another way.";
}
