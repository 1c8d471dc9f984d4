// npm run build: installs when needed and builds dist/, whether the sources changed or not.
import path from "node:path";
import { buildIfNeeded } from "./bundle.mjs";
import { installIfNeeded, root } from "./install.mjs";

await installIfNeeded({ dev: false });
const main = await buildIfNeeded({ force: true });
console.log(`Built ${path.relative(root, main)}`);
