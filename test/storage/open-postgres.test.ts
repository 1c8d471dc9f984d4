import { Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { asId } from "../../core/domain/ids.ts";
import { openPostgres, type PgPool } from "../../storage/index.ts";
import { allMigrations, migrate } from "../../storage/migrate.ts";
import type { Database } from "../../storage/schema.ts";
import { emptyPostgres } from "./empty-postgres.ts";
import { pglitePool } from "./pglite-pool.ts";

let pool: PgPool;
beforeAll(async () => {
  pool = await pglitePool();
});
afterAll(() => pool.end());

/** The pool, with one statement that fails as a server would fail it, so many times. */
function failing(statement: string, code: string, times: number): PgPool {
  let left = times;
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      return {
        release: (isBroken) => client.release(isBroken),
        async query(text, values, name) {
          if (text === statement && left-- > 0) {
            throw Object.assign(new Error(`the server says ${code}`), { code });
          }
          return client.query(text, values, name);
        },
      };
    },
  };
}

test("a server that cannot be reached is named as such", async () => {
  const opening = openPostgres({ source: { url: "postgres://piloto@127.0.0.1:1/piloto" } });
  const error = await opening.catch((reason) => reason);
  expect(isPilotoError(error, "STORE_UNREACHABLE")).toBe(true);
  expect(error.message).toContain("ECONNREFUSED");
});

test("a database of a newer version is refused with its name", async () => {
  await emptyPostgres(pool);
  await (await openPostgres({ source: { pool } })).close();
  const client = await pool.connect();
  await client.query("insert into kysely_migration (name, timestamp) values ('0003-next', 'now')");
  client.release();
  const error = await openPostgres({ source: { pool } }).catch((reason) => reason);
  expect(isPilotoError(error, "DATA_TOO_NEW")).toBe(true);
  expect(error.message).toContain("0003-next");
  const tidying = await pool.connect();
  await tidying.query("delete from kysely_migration where name = '0003-next'");
  tidying.release();
});

test("a database of the first version gets the changes of today and keeps what it held", async () => {
  const client = await pool.connect();
  await client.query("drop schema public cascade");
  await client.query("create schema public");
  client.release();
  const borrowed = { connect: () => pool.connect(), end: async () => undefined };
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: borrowed as never }) });
  await migrate(db, { "0001-first": allMigrations("postgres")["0001-first"]! });
  const filling = await pool.connect();
  await filling.query(
    "insert into outbox_says (chat_id, face, key, at_ms, due_at_ms, tries, say) values ('terminal:main', 'terminal', 'k', 1, 1, 0, '{\"text\":\"left\"}')",
  );
  filling.release();
  const stores = await openPostgres({ source: { pool } });
  const claimed = await stores.atomically(async (tx) => {
    const [left] = await tx.outbox.due("terminal", 10, 10);
    await tx.faceNotes.put("slack", "k", 1, 1);
    return tx.outbox.claim(left!, { owner: asId("b"), nowMs: 10, untilMs: 20 });
  });
  expect(claimed).toEqual({ mayBeThere: false });
  await stores.close();
});

test("a transaction that stood in another's way is run again, and written once", async () => {
  await emptyPostgres(pool);
  await (await openPostgres({ source: { pool } })).close();
  const stores = await openPostgres({ source: { pool: failing("commit", "40P01", 2) } });
  let runs = 0;
  await stores.atomically(async (tx) => {
    runs += 1;
    await tx.audit.append({ atMs: 1, by: "x", did: "y", target: "z", detail: {} });
  });
  expect(runs).toBe(3);
  expect((await stores.read((tx) => tx.audit.head())).seq).toBe(1);
  await stores.close();
});

test.each([
  ["53100", "DISK_FULL"],
  ["25006", "DATA_READ_ONLY"],
  ["XX001", "DATA_DAMAGED"],
  ["57P01", "STORE_UNREACHABLE"],
  ["55P03", "STORE_UNREACHABLE"],
  ["EAI_AGAIN", "STORE_UNREACHABLE"],
  ["ENETUNREACH", "STORE_UNREACHABLE"],
  ["40001", "STORE_UNREACHABLE"],
] as const)("what the server calls %s a person reads as %s, and nothing is written", async (theirs, ours) => {
  await emptyPostgres(pool);
  await (await openPostgres({ source: { pool } })).close();
  const stores = await openPostgres({ source: { pool: failing("commit", theirs, 100) } });
  const error = await stores.atomically((tx) => tx.settings.set("a", "1")).catch((reason) => reason);
  expect(isPilotoError(error, ours)).toBe(true);
  await stores.close();
  const again = await openPostgres({ source: { pool } });
  expect(await again.read((tx) => tx.settings.get("a"))).toBeUndefined();
  await again.close();
});
