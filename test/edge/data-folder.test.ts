import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { events, expectClear, expectPlain, expectWhole, lines, openPlace, type Place } from "./program-house.ts";

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

describe("a disk that is full", () => {
  const tiny = mayMount();

  // A file system of 1 MB of its own, where root may mount one; else files may grow no further (RLIMIT_FSIZE).
  test(`(${tiny ? "a tmpfs of 1 MB" : "ulimit -f"}) says so, loses nothing that was said, and goes on when there is room`, async () => {
    const data = at("tiny");
    mkdirSync(data);
    if (tiny) execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", data]);
    try {
      const env = { PILOTO_DATA_DIR: data, PILOTO_DEMO: "0" };
      expect((await place.piloto(["runs", "list"], { env })).code).toBe(0);
      const big = "word ".repeat(18_000);
      const script = lines({ say: "hello" }, { wait: "idle", within: 5 }, ...Array(40).fill({ say: big }));
      const sh = tiny ? 'exec "$@"' : `ulimit -f 400; trap '' XFSZ; exec "$@"`;
      const full = await place.limited(sh, ["chat", "--script", "-", "--json"], { env, stdin: script });
      expect(full.stderr).toMatch(tiny ? /disk is full/ : /disk under .* failed/);
      expectPlain(full.stdout + full.stderr);
      expect(full.code).toBe(1);
      expect(events(full).filter(({ type }) => type === "say")[0]?.text).toMatch(/^Hello/);
      if (tiny) execFileSync("mount", ["-o", "remount,size=64m", data]);
      const later = await place.piloto(["chat", "--script", "-", "--json"], { env, stdin: '{"say":"thanks"}' });
      expect(events(later).at(-1)?.text).toMatch(/^You are welcome/);
      const verified = await place.piloto(["audit", "verify", "--json"], { env });
      expect(JSON.parse(verified.stdout).kind).toBe("whole");
      const db = new Database(path.join(data, "piloto.db"), { readonly: true });
      const kept = db.prepare("select count(*) from messages where text = 'hello'").pluck().get();
      db.close();
      expect(kept).toBe(1);
    } finally {
      if (tiny) execFileSync("umount", ["-l", data]);
    }
  });
});

function mayMount(): boolean {
  if (!isRoot || !existsSync("/bin/mount")) return false;
  const probe = openPlace();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe.folder], { stdio: "ignore" });
    execFileSync("umount", [probe.folder], { stdio: "ignore" });
    return true;
  } catch {
    // A container without that right.
    return false;
  } finally {
    probe.remove();
  }
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
