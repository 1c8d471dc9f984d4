import { chmodSync, closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ended } from "../house/run-program.ts";
import { isWholeSweep } from "../support/sampled.ts";
import { events, expectClear, expectPlain, expectWhole, lines, openPlace, type Place } from "./program-house.ts";
import { mayMount, type SmallDisk, smallDisk } from "./small-disk.ts";

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.remove());

const at = (...names: string[]) => path.join(place.folder, ...names);
const database = () => at(".data", "piloto.db");
const begin = async () => expect((await place.piloto(["runs", "list"])).code).toBe(0);

describe("a database that this Piloto cannot use", () => {
  test("a newer Piloto's is refused by name, unchanged, by every way in", async () => {
    await begin();
    const db = new Database(database());
    db.prepare("insert into kysely_migration (name, timestamp) values ('0099-future', 'x')").run();
    db.close();
    const clear = { code: 1, error: "DATA_TOO_NEW", says: ["newer Piloto", "0099-future", "backup"] };
    expectClear(await place.piloto(["runs", "list"]), clear);
    expectClear(await place.piloto(["chat", "--script", "-"], { stdin: '{"say":"hello"}' }), clear);
    const doctor = await place.piloto(["doctor"]);
    expect(doctor.stdout).toMatch(/bad +database .*newer Piloto/);
    expectPlain(doctor.stdout + doctor.stderr);
  });

  test("one overwritten with something else is called damaged, and is left as it is for whoever repairs it", async () => {
    await begin();
    for (const name of readdirSync(at(".data"))) if (/-(wal|shm)$/.test(name)) rmSync(at(".data", name));
    overwrite(database(), 0, "garbage ".repeat(512));
    const size = statSync(database()).size;
    const clear = {
      code: 1,
      error: "DATA_DAMAGED",
      says: ["piloto.db is damaged", "Put it aside and bring back a backup"],
    };
    expectClear(await place.piloto(["runs", "list"]), clear);
    expectClear(await place.piloto(["audit", "verify"]), clear);
    expect(statSync(database()).size).toBe(size);
  });

  test("one damaged in the middle is noticed, not read as if it were whole", async () => {
    await begin();
    for (const name of readdirSync(at(".data"))) if (/-(wal|shm)$/.test(name)) rmSync(at(".data", name));
    overwrite(database(), 8192, Buffer.alloc(statSync(database()).size - 8192, 0xa5));
    const ended = await place.piloto(["ask", "hello"]);
    expectClear(ended, { code: 1, error: "DATA_DAMAGED", says: ["piloto.db is damaged"] });
    expect(ended.stdout).toBe("");
  });
});

function overwrite(file: string, from: number, content: string | Buffer): void {
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.from(content), 0, undefined, from);
  closeSync(handle);
}

/** Only the superuser may become somebody else; where we are not, the file system's own rights hold for us. */
const isRoot = process.getuid?.() === 0;
const asNobody = isRoot ? 'exec setpriv --reuid=65534 --clear-groups "$@"' : 'exec "$@"';

describe("a data folder that Piloto may only read", () => {
  test("says which file or folder, and what to do, and what was there stays readable", async () => {
    await begin();
    chmodSync(at(".data"), 0o555);
    chmodSync(at(".data", "keys"), 0o555);
    for (const file of [database(), at(".data", "keys", "secrets.key")]) chmodSync(file, 0o444);
    const clear = (says: string[]) => ({ code: 1, error: "DATA_READ_ONLY", says });
    expectClear(await place.limited(asNobody, ["start"]), clear([at(".data"), "PILOTO_DATA_DIR", "write access"]));
    expectClear(await place.limited(asNobody, ["ask", "hello"]), clear([".data", "write access"]));
    expectClear(await place.limited(asNobody, ["runs", "list"]), clear(["piloto.db", "write access"]));
    chmodSync(at(".data"), 0o755);
    chmodSync(database(), 0o644);
    await expectWhole(place);
  });

  test("a key that only its owner may read is asked for by name", async () => {
    await begin();
    chmodSync(at(".data"), 0o777);
    chmodSync(at(".data", "keys"), 0o777);
    for (const name of readdirSync(at(".data"))) if (name !== "keys") chmodSync(at(".data", name), 0o666);
    chmodSync(at(".data", "keys", "secrets.key"), isRoot ? 0o600 : 0o000);
    const says = ["secrets.key", "EACCES", "PILOTO_KEY_FILE"];
    expectClear(await place.limited(asNobody, ["runs", "list"]), { code: 1, error: "SECRET_UNREADABLE", says });
    chmodSync(at(".data", "keys", "secrets.key"), 0o600);
    await expectWhole(place);
  });
});

/** All sizes between nothing and the room for several messages in `.ci/run`; a few of them elsewhere. */
const ROOM_LEFT_KB = isWholeSweep ? Array.from({ length: 32 }, (_, at) => at * 8) : [0, 48, 104, 200];

const FIRST_ROOM_KB = isWholeSweep ? Array.from({ length: 37 }, (_, at) => 4 + at * 10) : [4, 30, 150, 330, 352, 364];

describe("a disk that is full", () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = smallDisk(at("small"));
  });
  afterEach(() => disk.remove());

  // Where it gets full differs: as Piloto starts, as a message is saved, as its turn is taken, as the answer is told.
  test("ends a script with its name, loses nothing that was said, and goes on when there is room", async () => {
    const env = { PILOTO_DATA_DIR: at("small") };
    expect((await place.piloto(["runs", "list"], { env })).code).toBe(0);
    const said: string[] = [];
    for (const roomKb of ROOM_LEFT_KB) {
      const story = Array.from({ length: 60 }, (_, n) =>
        `hello ${n} with ${roomKb} KB ${"word ".repeat(4_000)}`.trim(),
      );
      const script = lines(...story.flatMap((say) => [{ say }, { wait: "idle" }]));
      const limit = disk.leave(roomKb * 1024);
      const full = await place.limited(limit, ["chat", "--script", "-", "--json"], { env, stdin: script });
      expectFull(full, disk);
      const endedAt = Number(events(full).find(({ type }) => type === "failed")?.line ?? 1);
      said.push(...story.slice(0, Math.floor(endedAt / 2)));
      disk.makeRoom();
    }
    const later = await place.piloto(["chat", "--script", "-", "--json"], { env, stdin: '{"say":"thanks"}' });
    expect(events(later).at(-1)?.text).toMatch(/^You are welcome/);
    await expectWhole(place, env);
    expect(messagesIn(at("small", "piloto.db"))).toEqual({ kept: expect.arrayContaining(said), unanswered: 0 });
    expect(said.length).toBeGreaterThan(0);
  }, 240_000);

  // The owner's note, the log and its index, the tables, the keys, the first checkpoint: each may be what has no room.
  test.runIf(mayMount())(
    "is named when Piloto starts there for the first time, too",
    async () => {
      const env = { PILOTO_DATA_DIR: at("small") };
      for (const roomKb of FIRST_ROOM_KB) {
        const limit = disk.leave(roomKb * 1024);
        expectFull(await place.limited(limit, ["chat", "--script", "-"], { env, stdin: '{"say":"hello"}' }), disk);
        disk.makeRoom();
        for (const name of readdirSync(at("small"))) rmSync(at("small", name), { recursive: true });
      }
    },
    240_000,
  );
});

function expectFull(ended: Ended, { how }: SmallDisk): void {
  expect(ended.stderr).toMatch(how === "a tmpfs" ? /disk is full/ : /disk under .* failed/);
  expect(ended.stderr).not.toContain("in vain");
  expectPlain(ended.stdout + ended.stderr);
  expect(how === "a tmpfs" ? [1] : [1, 5]).toContain(ended.code);
}

function messagesIn(file: string) {
  const db = new Database(file, { readonly: true });
  const kept = db.prepare("select text from messages where origin = 'person'").pluck().all();
  const unanswered = db.prepare("select count(*) from messages where handled_at_ms is null").pluck().get();
  db.close();
  return { kept, unanswered };
}

describe("two processes on the same data", () => {
  test("the second says who is first and what to do; commands and questions work beside the first", async () => {
    const env = { PILOTO_PORT: "0", PILOTO_LOG_LEVEL: "silent" };
    const first = place.start(["start"], { env });
    await first.printed("Piloto is ready");
    const clear = { code: 6, error: "DATA_IN_USE", says: [`process ${first.child.pid}`, "PILOTO_DATA_DIR"] };
    expectClear(await place.piloto(["start"], { env }), clear);
    expectClear(await place.piloto(["chat", "--script", "-"], { env, stdin: '{"say":"hello"}' }), clear);
    const asked = await place.piloto(["ask", "hello"], { env });
    expect(asked.stdout).toMatch(/^Hello/);
    expect(asked.code).toBe(0);
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(0);
    await expectWhole(place);
  });
});
