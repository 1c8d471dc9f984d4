// npm start: installs and builds when needed, then `piloto start` in this process.
import { pathToFileURL } from "node:url";
import { installIfNeeded } from "./install.mjs";

await installIfNeeded({ dev: false });
const { buildIfNeeded } = await import("./bundle.mjs");
const main = await buildIfNeeded();
if (process.env.PILOTO_DEBUG) process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], main, "start", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
