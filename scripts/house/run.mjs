// Runs a TypeScript file of this repository on any supported Node: bundles it (packages stay outside) and imports it.
// Usage: node scripts/house/run.mjs FILE.ts [ARG ...]
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error("Usage: node scripts/house/run.mjs FILE.ts [ARG ...]");
  process.exit(2);
}
const entry = path.resolve(file);
const outFolder = path.join(root, "dist", "run");
const outFile = path.join(outFolder, `${path.relative(root, entry).replace(/[^A-Za-z0-9]+/g, "-")}.mjs`);
const result = await build({
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
});
await mkdir(outFolder, { recursive: true });
// Two processes may build the same file: write apart, then rename.
const apart = `${outFile}.${process.pid}`;
await writeFile(apart, result.outputFiles[0].contents);
await rename(apart, outFile);
process.argv = [process.argv[0], entry, ...args];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(outFile).href);
