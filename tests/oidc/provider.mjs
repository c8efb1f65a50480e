// A real OpenID Connect provider for the tests: npm's oidc-provider on a free port of loopback.
//
//     node provider.mjs '{"port": 4000, "clients": [...], "people": {"mira": {"claims": {...}}}}'
//
// Whoever signs in types the name of one of the people; what they proved (acr, amr) stands beside
// their claims. It says "ready" once it listens. Keys, codes and sessions live as long as it does.
import { createHash, generateKeyPairSync } from "node:crypto";
import { argv, stdout } from "node:process";
import { text } from "node:stream/consumers";
import { Provider } from "oidc-provider";

const given = JSON.parse(argv[2]);
const issuer = `http://127.0.0.1:${given.port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients: given.clients,
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "first", use: "sig" }] },
  cookies: { keys: [createHash("sha256").update(issuer).digest("hex")] },
  claims: {
    openid: ["sub", "groups", "acr", "amr"],
    email: ["email", "email_verified"],
    profile: ["name"],
  },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 600,
    IdToken: 600,
    Interaction: 600,
    Session: 600,
  },
  renderError(ctx, out) {
    ctx.type = "text/plain";
    ctx.body = `${out.error}: ${out.error_description ?? ""}`;
  },
  findAccount(_ctx, id) {
    const known = given.people[id];
    return known && { accountId: id, claims: () => ({ sub: id, ...known.claims }) };
  },
});

async function answered(details, form) {
  if (details.prompt.name === "login") {
    const login = form.get("login");
    return { login: { accountId: login, ...given.people[login].proved } };
  }
  const grant = new provider.Grant({
    accountId: details.session.accountId,
    clientId: details.params.client_id,
  });
  grant.addOIDCScope(details.params.scope);
  return { consent: { grantId: await grant.save() } };
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) {
    return next();
  }
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === "GET") {
    ctx.type = "text/html";
    ctx.body = `<form method="post" action="${ctx.path}">
<input type="hidden" name="prompt" value="${details.prompt.name}">
<input name="login"><button>Go on</button></form>`;
    return undefined;
  }
  const result = await answered(details, new URLSearchParams(await text(ctx.req)));
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  return undefined;
});

provider.listen(given.port, "127.0.0.1", () => stdout.write("ready\n"));
