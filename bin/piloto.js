#!/usr/bin/env node
// The `piloto` command. In a checkout it builds first when the sources changed; elsewhere it runs what was built.
import { pathToFileURL } from "node:url";
import { buildIfNeeded, hasSources, lastBuild } from "../scripts/house/bundle.mjs";
import { installIfNeeded } from "../scripts/house/install.mjs";

if (hasSources()) await installIfNeeded({ dev: false });
const main = hasSources() ? await buildIfNeeded() : lastBuild();
if (!main) {
  console.error("Piloto has not been built here. Run `npm run build` in its folder first.");
  process.exit(1);
}
if (process.env.PILOTO_DEBUG) process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);
