// Builds dist/ from the sources when they changed. Node 20 cannot run TypeScript by itself; see docs/decisions/0001.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");
const pointer = path.join(dist, "current.json");
const SOURCES = ["core", "bots", "storage", "src"];

/**
 * The path of a bundle of the present sources, built when there is none. A build goes into a folder of its own, so
 * a running process keeps loading its own parts while a newer one is made beside it; two builders do no harm.
 */
export async function buildIfNeeded({ force = false } = {}) {
  const inputs = fingerprint();
  const main = path.join(dist, inputs, "main.js");
  if (!force && existsSync(main)) return main;
  await bundle(inputs, force);
  await forgetOldBuilds(inputs);
  return main;
}

/** The bundle to run where the sources are absent (an image with dist/ alone). */
export function lastBuild() {
  if (!existsSync(pointer)) return undefined;
  return path.join(dist, JSON.parse(readFileSync(pointer, "utf8")).build, "main.js");
}

export const hasSources = () => existsSync(path.join(root, "src", "main.ts"));

/** Names, sizes and times of every source: some 200 `stat` calls, a few ms. */
function fingerprint() {
  const hash = createHash("sha256").update(process.platform);
  const note = (file) => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\n`);
  };
  for (const folder of SOURCES) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true }).sort()) {
      if (/\.(ts|tsx|json)$/.test(entry)) note(path.join(root, folder, entry));
    }
  }
  for (const file of ["package.json", "scripts/house/bundle.mjs"]) note(path.join(root, file));
  return hash.digest("hex").slice(0, 16);
}

async function bundle(inputs, force) {
  const { build } = await import("esbuild");
  const apart = path.join(dist, `${inputs}.${process.pid}`);
  await build({
    absWorkingDir: root,
    entryPoints: { main: "src/main.ts" },
    outdir: apart,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: externals(),
    sourcemap: true,
    chunkNames: "parts/[name]-[hash]",
    logLevel: "warning",
    define: { "process.env.PILOTO_VERSION": JSON.stringify(version()) },
  });
  const place = path.join(dist, inputs);
  if (force) await rm(place, { recursive: true, force: true });
  // Another process may have built the same meanwhile, and may be loading it: theirs stays.
  await rename(apart, place).catch(async (error) => {
    if (!existsSync(path.join(place, "main.js"))) throw error;
    await rm(apart, { recursive: true, force: true });
  });
  await mkdir(dist, { recursive: true });
  await writeFile(`${pointer}.${process.pid}`, JSON.stringify({ build: inputs }));
  await rename(`${pointer}.${process.pid}`, pointer);
}

/** Packages of many small ES modules: bundled, they load in a fraction of the time. All others stay outside. */
const BUNDLED = new Set(["kysely", "zod"]);

function externals() {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const outside = Object.keys(dependencies).filter((name) => !BUNDLED.has(name));
  return outside.flatMap((name) => [name, `${name}/*`]);
}

const version = () => JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version;

const KEPT_BUILDS = 20;

/** Keeps what a process started today may still be loading from, and at most so many. */
async function forgetOldBuilds(inputs) {
  const dayAgoMs = Date.now() - 24 * 3_600_000;
  const builds = [];
  for (const name of await readdir(dist)) {
    if (name === inputs || !/^[0-9a-f]{16}(\.\d+)?$/.test(name)) continue;
    const folder = path.join(dist, name);
    const made = await stat(folder).catch(() => undefined);
    if (made) builds.push({ folder, madeMs: made.mtimeMs });
  }
  builds.sort((a, b) => b.madeMs - a.madeMs);
  for (const [index, { folder, madeMs }] of builds.entries()) {
    if (index >= KEPT_BUILDS || madeMs < dayAgoMs) await rm(folder, { recursive: true, force: true });
  }
}
