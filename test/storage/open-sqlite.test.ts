import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isPilotoError, type PilotoError } from "../../core/domain/errors.ts";
import { backUp, openSqlite, type SqliteStores, verifyBackup } from "../../storage/index.ts";
import { allMigrations, type Migrations } from "../../storage/migrate.ts";
import { assertVersion } from "../../storage/sqlite/connection.ts";
import { bootId, CHAT, message, running, WORKSHOP } from "./sample-data.ts";

let folder: string;
let opened: SqliteStores[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-open-"));
  opened = [];
});
afterEach(async () => {
  for (const stores of opened) await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: { readOnly?: boolean; migrations?: Migrations } = {}): Promise<SqliteStores> {
  const stores = await openSqlite({ folder, ...options });
  opened.push(stores);
  return stores;
}
const file = () => path.join(folder, "piloto.db");
const failure = (opening: Promise<unknown>): Promise<PilotoError> =>
  opening.then(
    () => expect.unreachable("it opened"),
    (error) => error,
  );
const entry = { atMs: 1, by: "piloto", did: "start-piloto", target: "boot", detail: {} };

/** This schema, and one change more. */
const nextVersion = (up: Migrations[string]["up"]): Migrations => ({ ...allMigrations("sqlite"), "0003-next": { up } });

test("the file is in WAL mode, fully synchronous, with foreign keys, strict tables and a sound SQLite", async () => {
  const { db } = (await open()).connection;
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(db.pragma("synchronous", { simple: true })).toBe(2);
  expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
  const tables = db.pragma("table_list") as { name: string; strict: number; schema: string }[];
  const ours = tables.filter(({ name, schema }) => schema === "main" && !/^(sqlite_|kysely_)/.test(name));
  expect(ours.length).toBeGreaterThan(20);
  expect(ours.filter(({ strict }) => strict !== 1)).toEqual([]);
});

test.each(["3.51.2", "3.9.0", "2.99.99", "nonsense"])("SQLite %s is refused", (version) => {
  expect(() => assertVersion(version)).toThrow(/3\.51\.3 or newer/);
});

test.each(["3.51.3", "3.53.2", "4.0.0"])("SQLite %s is taken", (version) => {
  expect(() => assertVersion(version)).not.toThrow();
});

test("opening again finds everything, and makes no backup when nothing changes", async () => {
  const stores = await open();
  await stores.atomically((tx) => tx.settings.set("a", "1"));
  await stores.close();
  expect(await (await open()).read((tx) => tx.settings.get("a"))).toBe("1");
  expect(existsSync(path.join(folder, "backups"))).toBe(false);
});

test("a file that holds data is backed up, and the backup verified, before its schema changes", async () => {
  const before = await open();
  const { run } = await running(before);
  await before.atomically((tx) => tx.audit.append(entry, entry));
  await before.close();
  const after = await open({
    migrations: nextVersion((db) => sql`create table extra (id text) strict`.execute(db).then(() => undefined)),
  });
  expect(await after.read((tx) => tx.runs.get(run.id))).toMatchObject({ id: run.id });
  const [name] = readdirSync(path.join(folder, "backups"));
  const backup = verifyBackup(path.join(folder, "backups", name!));
  expect(name).toMatch(/^before-0003-next-/);
  expect(backup).toMatchObject({ auditEntries: 2, rows: { runs: 1, steps: 2, audit: 2 } });
  expect(backup.rows.extra).toBeUndefined();
});

test("a file of the first version gets the changes of today, after a backup, and keeps what it held", async () => {
  const before = await open({ migrations: { "0001-first": allMigrations("sqlite")["0001-first"]! } });
  const { run } = await running(before);
  await before.atomically(async (tx) => {
    await tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 });
    await tx.audit.append(entry);
  });
  const { db } = before.connection;
  db.exec(
    `insert into messages (id, chat_id, face, key, origin, at_ms, text) values ('m1', '${CHAT}', 'terminal', 'k1', 'person', 1, 'hello')`,
  );
  db.exec(
    `insert into votes (run_id, revision, plan_hash, by_account, action, counted, at_ms) values ('${run.id}', 1, 'h', 'terminal:ana', 'confirm', 1, 1)`,
  );
  db.exec(
    `insert into outbox_says (chat_id, face, key, at_ms, due_at_ms, tries, say) values ('${CHAT}', 'terminal', 'k', 1, 1, 0, '{"text":"left"}')`,
  );
  db.exec(
    `insert into outbox_cards (run_id, chat_id, face, version, delivered_version, due_at_ms, not_before_ms, tries) values ('${run.id}', '${CHAT}', 'terminal', 2, 1, 1, 0, 0)`,
  );
  await before.close();
  const after = await open();
  const owner = bootId("b");
  await after.atomically(async (tx) => {
    const found = await tx.outbox.due("terminal", 10, 10);
    expect(found.map((one) => one.kind)).toEqual(["say", "card"]);
    for (const one of found) {
      expect(await tx.outbox.claim(one, { owner, nowMs: 10, untilMs: 20 })).toEqual({ mayBeThere: false });
    }
  });
  expect((await after.read((tx) => tx.messages.nextWaiting(CHAT)))?.text).toBe("hello");
  expect(await after.read((tx) => tx.votes.of(run.id))).toMatchObject([{ by: "terminal:ana", groups: undefined }]);
  expect(await after.read((tx) => tx.runs.get(run.id))).toMatchObject({ id: run.id, state: "running" });
  const [name] = readdirSync(path.join(folder, "backups"));
  const backup = verifyBackup(path.join(folder, "backups", name!));
  expect(name).toMatch(/^before-0002-chat-apps-/);
  expect(backup).toMatchObject({
    auditEntries: 1,
    rows: { runs: 1, messages: 1, outbox_says: 1, kysely_migration: 1 },
  });
  expect(backup.rows.face_notes).toBeUndefined();
});

test("a change of the schema that fails leaves the file as it was", async () => {
  await (await open()).close();
  const broken = nextVersion(async (db) => {
    await sql`create table extra (id text) strict`.execute(db);
    throw new Error("no");
  });
  expect((await failure(open({ migrations: broken }))).message).toBe("no");
  const stores = await open();
  expect(stores.connection.db.prepare("select count(*) from sqlite_master where name = 'extra'").pluck().get()).toBe(0);
});

test("two processes that open an empty folder at once both get the schema", async () => {
  const both = await Promise.all([open(), open()]);
  await both[0].atomically((tx) => tx.settings.set("a", "1"));
  expect(await both[1].read((tx) => tx.settings.get("a"))).toBe("1");
});

test("a database of a newer version is refused with its name, untouched", async () => {
  await (await open({ migrations: nextVersion(async () => undefined) })).close();
  const error = await failure(open());
  expect(isPilotoError(error, "DATA_TOO_NEW")).toBe(true);
  expect(error.message).toContain("0003-next");
  expect(isPilotoError(await failure(open({ readOnly: true })), "DATA_TOO_NEW")).toBe(true);
});

test.each([
  ["text", () => Buffer.from("this is no database, whatever its name says. ".repeat(200))],
  [
    "a database with a page overwritten",
    (whole: Buffer) => {
      whole.fill(0x5a, 0, 4096);
      return whole;
    },
  ],
])("a file that is %s is reported as damaged and kept", async (_, damage) => {
  await (await open()).close();
  const damaged = damage(readFileSync(file()));
  writeFileSync(file(), damaged);
  const error = await failure(open());
  expect(isPilotoError(error, "DATA_DAMAGED")).toBe(true);
  expect(error.message).toContain("backup");
  expect(readFileSync(file())).toEqual(damaged);
});

test("a folder that cannot be made is refused in words", async () => {
  writeFileSync(path.join(folder, "file"), "");
  const error = await failure(openSqlite({ folder: path.join(folder, "file", "data") }));
  expect(isPilotoError(error, "DATA_READ_ONLY")).toBe(true);
});

test("a folder in the database's place is refused in words", async () => {
  mkdirSync(file());
  expect(isPilotoError(await failure(open()), "DATA_READ_ONLY")).toBe(true);
});

test("stores opened for reading read, and refuse to write", async () => {
  expect(isPilotoError(await failure(open({ readOnly: true })), "DATA_READ_ONLY")).toBe(true);
  const writing = await open();
  await writing.atomically((tx) => tx.settings.set("a", "1"));
  const reading = await open({ readOnly: true });
  expect(await reading.read((tx) => tx.settings.get("a"))).toBe("1");
  const error = await failure(reading.atomically((tx) => tx.settings.set("a", "2")));
  expect(isPilotoError(error, "DATA_READ_ONLY")).toBe(true);
});

test("a file of 20 MB is kept whole, and damage to it is told", async () => {
  const stores = await open();
  const content = Buffer.alloc(20 * 1024 * 1024, "piloto");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = { id: "f", messageId: message(1).id, name: "large", mediaType: "x/y", bytes: content.length, sha256 };
  await stores.atomically(async (tx) => {
    await tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 });
    await tx.messages.add(message(1));
    await tx.files.put(file, content, 1);
  });
  expect(Buffer.compare((await stores.read((tx) => tx.files.content("f")))!, content)).toBe(0);
  stores.connection.db.exec("update file_contents set content = x'00'");
  expect(isPilotoError(await failure(stores.read((tx) => tx.files.content("f"))), "DATA_DAMAGED")).toBe(true);
});

test("a full disk fails what does not fit, in words, and keeps what was saved", async () => {
  const stores = await open();
  await stores.atomically((tx) => tx.settings.set("a", "1"));
  const { db } = stores.connection;
  db.pragma(`max_page_count = ${db.pragma("page_count", { simple: true })}`);
  const outcomes = await Promise.allSettled([
    stores.atomically((tx) => tx.settings.set("a", "2")),
    stores.atomically((tx) => tx.settings.set("big", "x".repeat(100_000))),
  ]);
  expect(outcomes[1]).toMatchObject({ status: "rejected", reason: { code: "DISK_FULL" } });
  db.pragma("max_page_count = 1000000");
  expect(await stores.read((tx) => tx.settings.get("big"))).toBeUndefined();
  expect(await stores.read((tx) => tx.settings.get("a"))).toBe(outcomes[0]?.status === "fulfilled" ? "2" : "1");
  await stores.atomically((tx) => tx.settings.set("big", "x".repeat(100_000)));
  expect(await stores.read((tx) => tx.settings.get("big"))).toHaveLength(100_000);
});

test("a backup is made while the file is being written, and checked", async () => {
  const stores = await open();
  await stores.atomically((tx) => tx.audit.append(entry));
  const copying = backUp(stores.file, path.join(folder, "copy.db"));
  const writing = Promise.all(Array.from({ length: 50 }, () => stores.atomically((tx) => tx.audit.append(entry))));
  const backup = await copying;
  await writing;
  expect(backup.auditEntries).toBeGreaterThanOrEqual(1);
  expect(isPilotoError(await failure(backUp(stores.file, path.join(folder, "copy.db"))), "DATA_READ_ONLY")).toBe(true);
});

test("a backup whose audit chain was changed is not accepted", async () => {
  const stores = await open();
  await stores.atomically((tx) => tx.audit.append(entry, entry, entry));
  const copy = path.join(folder, "copy.db");
  await backUp(stores.file, copy);
  const db = new BetterSqlite3(copy);
  db.exec("update audit set target = 'another' where seq = 2");
  db.close();
  expect(() => verifyBackup(copy)).toThrow(/entry 2/);
});
