// The import rule of docs/architecture.md as data and small pure functions. `check-imports.mjs` applies it.

/** Rooms of core by shelf: a file may import its own room or any lower shelf. */
const SHELVES = {
  domain: 0,
  ports: 1,
  words: 1,
  access: 2,
  memory: 2,
  tools: 2,
  progress: 2,
  planning: 3,
  running: 3,
  conversation: 4,
  upkeep: 4,
  "index.ts": 5,
};

/** Each heavy package has one home, so that it can be replaced. A home is a folder or a file. */
const HOMES = {
  "better-sqlite3": ["storage"],
  pg: ["storage"],
  kysely: ["storage"],
  ollama: ["src/fleet"],
  undici: ["src/fleet", "src/tools", "bots/shared"],
  "@scalar/openapi-parser": ["src/tools"],
  yaml: ["src/tools"],
  "ipaddr.js": ["src/tools"],
  fastify: ["src/http"],
  bottleneck: ["bots/shared"],
  "@slack/bolt": ["bots/slack"],
  "@slack/oauth": ["bots/slack"],
  "@slack/socket-mode": ["bots/slack"],
  "@slack/types": ["bots/slack"],
  "@slack/web-api": ["bots/slack"],
  "discord.js": ["bots/discord"],
  ws: [],
  "playwright-core": [],
  commander: ["src/cli"],
  pino: ["src/logger.ts"],
  uuidv7: ["src/ids.ts"],
  esbuild: [],
};

/** What core may use from outside: small, pure, no network and no disk. */
const PURE = ["zod", "ajv", "ajv-formats", "minisearch", "node:crypto"];

/** Rooms of core that the house may enter beside `core/index.ts`: everything below planning. */
const FRONT_ROOMS = ["domain", "ports", "words", "access", "memory", "tools", "progress"];

/** Why `from` may not import the repository file `to`; `undefined` when it may. Paths are relative, with slashes. */
export function whyNotFile(from, to) {
  const [folder] = from.split("/");
  const [target] = to.split("/");
  if (folder === "test") return undefined;
  if (target === "test") {
    if (/^scripts\/(bench|pictures)\//.test(from) && to.startsWith("test/support/")) return undefined;
    return "only tests import test/ (benches and pictures test/support/); move what is shared to where it belongs";
  }
  if (folder === "scripts" || folder === "bin") return undefined;
  if (target === "scripts") return "scripts/ is run by hand and imported by nobody";
  if (folder === "core") return whyNotInCore(from, to);
  if (folder === "bots") return whyNotFromBots(from, to);
  if (folder === "storage") return allowed(to, ["storage/", "core/domain/", "core/ports/"], "storage");
  if (folder === "src") return whyNotFromSrc(to);
  return undefined;
}

function whyNotInCore(from, to) {
  if (!to.startsWith("core/")) return "core imports nothing of the outside; let it come in through a port";
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (fromRoom === toRoom) return undefined;
  const [fromShelf, toShelf] = [SHELVES[fromRoom], SHELVES[toRoom]];
  if (fromShelf === undefined) return `core/${fromRoom} is no room; add it to a shelf in scripts/house/import-rule.mjs`;
  if (toShelf === undefined) return `core/${toRoom} is no room; add it to a shelf in scripts/house/import-rule.mjs`;
  if (toShelf < fromShelf) return undefined;
  const how = toShelf === fromShelf ? "a neighbour on the same shelf" : "a higher shelf";
  return `core/${fromRoom} (shelf ${fromShelf}) may not import ${how}: core/${toRoom} (${toShelf}); move it lower or pass it in`;
}

const roomOf = (file) => file.split("/")[1];

function whyNotFromBots(from, to) {
  if (to.startsWith("bots/")) {
    const [fromFace, toFace] = [roomOf(from), roomOf(to)];
    if (fromFace === "index.ts" || fromFace === toFace || toFace === "shared") return undefined;
    return `face ${fromFace} may not import face ${toFace}; what both need goes to bots/shared`;
  }
  return allowed(to, ["core/domain/", "core/ports/", "core/words/", "core/index.ts"], "a face");
}

function whyNotFromSrc(to) {
  const rooms = FRONT_ROOMS.map((room) => `core/${room}/`);
  return allowed(to, ["src/", "core/index.ts", "bots/index.ts", "storage/index.ts", ...rooms], "src");
}

function allowed(to, prefixes, who) {
  if (prefixes.some((prefix) => to.startsWith(prefix))) return undefined;
  return `${who} may import only ${prefixes.join(", ")}`;
}

/** Why `from` may not import the package `name`; `known` are the names in package.json. */
export function whyNotPackage(from, name, known) {
  const [folder] = from.split("/");
  if (!name.startsWith("node:") && !known.has(name)) return `${name} is not in package.json`;
  if (folder === "test" || folder === "scripts" || folder === "bin" || !from.includes("/")) return undefined;
  if (folder === "core" && !PURE.includes(name))
    return `core may use only ${PURE.join(", ")}; let ${name} come in through a port`;
  const homes = HOMES[name];
  if (!homes || homes.some((home) => from === home || from.startsWith(`${home}/`))) return undefined;
  return `${name} has its home in ${homes.join(" and ") || "scripts"}; use what that room offers`;
}

const EMPTY_NAMES = new Set(["utils", "util", "helpers", "helper", "common", "types", "misc"]);
const EMPTY_ENDING = /(^|[a-z0-9-])(Manager|Handler|Helper|Util|-manager|-handler|-helper|-util)s?$/;
/** "Service" is a thing of ours, an outside API: `add-service` acts on one; `billing-service` would be a layer. */
const SERVICE_ENDING = /(Service|-service)$/;
const ACTS_ON_A_SERVICE =
  /^(add|allow|call|change|demo|deny|list|put|refresh|register|remove|show|normalise|read|write|workshop)-/;

/** Why a file or folder may not be called that. */
export function whyNotName(file) {
  for (const part of file.split("/")) {
    const base = part.replace(/(\.test|\.d)?\.[a-z]+$/, "");
    if (EMPTY_NAMES.has(base)) return `"${base}" says nothing; name it after what it is`;
    if (EMPTY_ENDING.test(base)) return `"${base}" is named after a habit; name it after what it does`;
    if (SERVICE_ENDING.test(base) && !ACTS_ON_A_SERVICE.test(base))
      return `"${base}": a Service is an outside API here`;
  }
  return undefined;
}

/** Why a class may not be called that. */
export function whyNotClass(name) {
  return /(Service|Manager|Handler|Helper|Util)$/.test(name) ? `class ${name} is named after a habit` : undefined;
}
