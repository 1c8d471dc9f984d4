// Installs the packages when they are missing, differ from the lock file, or were built for another Node.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Quick (a few ms) when nothing is to be done. `dev: false` does not ask for what only tests and checks need. */
export async function installIfNeeded({ dev = true } = {}) {
  refuseOldNode();
  const why = whatIsMissing(dev);
  if (why) {
    say(`Installing packages: ${why}.`);
    say("better-sqlite3 may be compiled on the way, which takes 1 to 3 minutes. This happens once.");
    await npm(["ci", "--loglevel=error", "--no-audit", "--no-fund"]);
  } else if (!loadsHere()) {
    say(`better-sqlite3 was built for another Node than ${process.version}: building it again (1 to 3 minutes).`);
    await npm(["rebuild", "better-sqlite3", "--loglevel=error"]);
  }
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `Piloto needs Node 20.19 or newer; this is ${process.version}. Install the newest LTS from nodejs.org.`,
  );
  process.exit(1);
}

/** Compares the lock file with the record npm leaves in node_modules; `undefined` when they agree. */
function whatIsMissing(dev) {
  const record = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return "there are none yet";
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(record, "utf8")).packages;
  for (const [place, { version, optional, devOptional, dev: isDev }] of Object.entries(wanted)) {
    if (place === "" || (found[place] === undefined && optional)) continue;
    if (!dev && found[place] === undefined && (isDev || devOptional)) continue;
    if (found[place]?.version !== version) return `${place.replace(/^node_modules\//, "")} ${version} is missing`;
  }
  return undefined;
}

/** The one compiled package must fit this Node's binary interface. */
function loadsHere() {
  const binary = path.join(root, "node_modules/better-sqlite3/build/Release/better_sqlite3.node");
  if (!existsSync(binary)) return false;
  try {
    process.dlopen({ exports: {} }, binary);
    return true;
  } catch {
    return false;
  }
}

async function npm(args) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const ticking = setInterval(() => say(`  still at it, ${seconds()} s`), 15_000);
  const code = await new Promise((resolve, reject) => {
    const child = spawn("npm", args, { cwd: root, env: withHeaders(), stdio: ["ignore", 2, 2], shell: onWindows() });
    child.on("error", reject);
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  }).finally(() => clearInterval(ticking));
  if (code === 0) return say(`Packages are ready (${seconds()} s).`);
  console.error(`npm ${args[0]} failed (exit ${code}). What npm said stands above; mend that and run this again.`);
  process.exit(1);
}

const onWindows = () => process.platform === "win32";

/** Where Node brought its own headers, compiling needs no download of them. */
function withHeaders() {
  const nodeFolder = path.resolve(path.dirname(process.execPath), "..");
  const header = path.join(nodeFolder, "include/node/node_version.h");
  if (!existsSync(header)) return process.env;
  const text = readFileSync(header, "utf8");
  const version = ["MAJOR", "MINOR", "PATCH"].map((part) => text.match(`#define NODE_${part}_VERSION (\\d+)`)?.[1]);
  return version.join(".") === process.versions.node ? { ...process.env, npm_config_nodedir: nodeFolder } : process.env;
}

function say(text) {
  console.error(text);
}
