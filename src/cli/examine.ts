import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { isPilotoError } from "../../core/domain/errors.ts";
import type { Finding } from "../../core/domain/finding.ts";
import { dataFolder, sqliteFacts, takeOwnership } from "../../storage/index.ts";
import { type CommandHouse, openForCommand } from "../open-for-command.ts";
import { readSettings, type Settings } from "../settings.ts";
import { theDiscordApp, theSlackApp } from "./examine-chat-apps.ts";
import { theFleet } from "./examine-fleet.ts";

const MIB = 2 ** 20;

/** What `piloto doctor` can be asked to look at alone. */
export type Part = "slack" | "discord";

/** Looks at one thing after the other, the cheapest first. What cannot be looked at is a finding too. */
export async function* examine(part?: Part): AsyncGenerator<Finding> {
  if (!part) yield nodeVersion();
  const settings = tryTo("settings", () => readSettings({ env: process.env, folder: process.cwd() }));
  if ("state" in settings) {
    yield settings;
    return;
  }
  if (!part) yield* thisComputer(settings);
  const house = await openForCommand(settings).catch((error: unknown) => failed("database", error));
  if ("state" in house) {
    yield house;
    return;
  }
  try {
    if (!part) {
      yield* theDatabase(house);
      yield* theFleet(house);
      yield* theServices(house);
    }
    if (part !== "discord") yield* theSlackApp(house, part === "slack");
    if (part !== "slack") yield* theDiscordApp(house, part === "discord");
  } finally {
    await house.close();
  }
}

async function* thisComputer(settings: Settings): AsyncGenerator<Finding> {
  yield { what: "settings", state: "ok", found: settings.isDemo ? "nothing is configured: the demo's" : "valid" };
  yield* theFolder(settings);
  yield* theKeys(settings);
  yield await theClock(settings);
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNewEnough = major > 20 || (major === 20 && minor >= 19);
  const todo = isNewEnough ? undefined : "Install Node 20.19 or newer; the newest LTS is best.";
  return { what: "node", state: isNewEnough ? "ok" : "bad", found: process.version, todo };
}

function* theFolder({ dataFolder: folder }: Settings): Generator<Finding> {
  const existing = nearestExisting(folder);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    const found = existing === folder ? folder : `${folder} (made at the first start)`;
    yield { what: "data folder", state: "ok", found };
  } catch {
    const todo = "Give Piloto's user write access, or choose another folder with PILOTO_DATA_DIR.";
    yield { what: "data folder", state: "bad", found: `${existing} cannot be written`, todo };
  }
  const { bavail, bsize } = statfsSync(existing);
  const freeMib = Math.round((bavail * bsize) / MIB);
  const state = freeMib < 100 ? "bad" : freeMib < 1024 ? "warn" : "ok";
  const todo = state === "ok" ? undefined : "Make room; Piloto stops writing when the disk is full.";
  yield { what: "disk", state, found: `${freeMib.toLocaleString("en")} MiB free`, todo };
  yield ownership(folder);
}

function ownership(folder: string): Finding {
  if (!existsSync(folder)) return { what: "owner", state: "ok", found: "nobody works on it" };
  try {
    takeOwnership(folder).release();
    return { what: "owner", state: "ok", found: "nobody works on it; piloto start may" };
  } catch (error) {
    if (isPilotoError(error, "DATA_IN_USE")) return { what: "owner", state: "ok", found: firstSentence(error.message) };
    return failed("owner", error);
  }
}

function* theKeys(settings: Settings): Generator<Finding> {
  const files = [settings.keyFile, path.join(dataFolder(settings.dataFolder).keys, "audit.key")];
  for (const file of files.filter((name) => existsSync(name))) {
    const mode = statSync(file).mode & 0o777;
    const isPrivate = (mode & 0o077) === 0;
    const found = `${file} has mode ${mode.toString(8)}`;
    yield isPrivate
      ? { what: "key", state: "ok", found }
      : { what: "key", state: "bad", found, todo: `Others can read it: chmod 600 ${file}` };
  }
}

/** A clock that was never set makes plans expire at once or never. */
async function theClock({ fleet, isDemo }: Settings): Promise<Finding> {
  const now = new Date();
  if (now.getUTCFullYear() < 2026) {
    return { what: "clock", state: "bad", found: now.toISOString(), todo: "Set this computer's clock." };
  }
  const first = fleet[0];
  const differsMs = first && !isDemo ? await difference(first.url) : undefined;
  if (differsMs === undefined || Math.abs(differsMs) < 60_000) {
    return { what: "clock", state: "ok", found: now.toISOString() };
  }
  const found = `differs from ${first?.name} by ${Math.round(differsMs / 1000)} s`;
  return { what: "clock", state: "warn", found, todo: "Let both computers take the time from the network (NTP)." };
}

async function difference(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(2000) });
    const date = Date.parse(answer.headers.get("date") ?? "");
    return Number.isNaN(date) ? undefined : Date.now() - date;
  } catch {
    // A PC that does not answer is told under `fleet`.
    return undefined;
  }
}

async function* theDatabase({ stores }: CommandHouse): AsyncGenerator<Finding> {
  const sqlite = sqliteFacts(stores);
  if (sqlite) {
    const { version, journal, isFullySynchronous } = sqlite;
    const found = `SQLite ${version}, journal ${journal}, ${isFullySynchronous ? "every commit is synced" : "NOT synced"}`;
    const todo = isFullySynchronous ? undefined : "A power cut may lose confirmed plans. Use a local disk.";
    yield { what: "database", state: isFullySynchronous ? "ok" : "bad", found, todo };
  } else {
    yield { what: "database", state: "ok", found: "PostgreSQL answers, its schema is up to date" };
  }
  const head = await stores.read((tx) => tx.audit.head());
  yield { what: "audit", state: "ok", found: `${head.seq} entries; piloto audit verify checks them all` };
}

async function* theServices({ settings, stores, egress }: CommandHouse): AsyncGenerator<Finding> {
  for (const { project } of settings.projects) {
    for (const { name, baseUrl, id } of await stores.read((tx) => tx.services.list(project.id))) {
      const what = `${project.id}/${name}`;
      const { origin, pathname } = new URL(baseUrl);
      const signal = AbortSignal.timeout(5000);
      const request = {
        method: "GET",
        origin,
        path: pathname,
        pin: id,
        headers: {},
        maxBytes: MAX_PROBE_BYTES,
        signal,
      };
      const answer = await egress.send(request);
      if (answer.kind === "failed" && answer.status === undefined) {
        const todo = settings.isDemo ? "The demo's workshop answers while the demo runs." : "Is the service running?";
        yield { what, state: "warn", found: `${baseUrl}: ${answer.detail}`, todo };
      } else yield { what, state: "ok", found: `${baseUrl} answers` };
    }
  }
}

const MAX_PROBE_BYTES = 1_000_000;

function tryTo<T>(what: string, look: () => T): T | Finding {
  try {
    return look();
  } catch (error) {
    return failed(what, error);
  }
}

function failed(what: string, error: unknown): Finding {
  if (!isPilotoError(error)) throw error;
  return { what, state: "bad", found: error.message, todo: `docs/errors.md explains ${error.code}.` };
}

function nearestExisting(folder: string): string {
  let place = folder;
  while (!existsSync(place)) place = path.dirname(place);
  return place;
}

const firstSentence = (text: string) => text.replace(/\. .*$/s, ".");
