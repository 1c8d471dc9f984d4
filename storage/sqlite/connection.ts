import Database from "better-sqlite3";
import type { Kysely } from "kysely";
import { PilotoError } from "../../core/domain/errors.ts";
import type { Database as Schema } from "../schema.ts";
import { type BuiltQuery, buildQuery, type Query } from "../session.ts";
import { keepFromCollection } from "./keep-from-collection.ts";
import { kyselyOverSqlite } from "./kysely-dialect.ts";
import { LOG_PAGES } from "./lengthen-log.ts";
import { toPilotoError } from "./sqlite-errors.ts";

/** Older ones can damage a file that two connections write: https://www.sqlite.org/wal.html#walresetbug (2026-03). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/** How long a statement waits for another process, blocking. Kept short: who must wait longer does so without blocking. */
const BUSY_MS = 100;

export interface ReadyStatement {
  readonly statement: Database.Statement<unknown[]>;
  readonly built: BuiltQuery;
}

/** One connection with its pragmas set and its statements prepared once. */
export interface SqliteConnection {
  readonly file: string;
  readonly db: Database.Database;
  readonly kysely: Kysely<Schema>;
  prepare(query: Query<never, unknown>): ReadyStatement;
  close(): void;
}

/**
 * Opens a file (or `:memory:`) for writing: WAL, and every commit synced to the disk before it is acknowledged.
 * @throws PilotoError SQLITE_TOO_OLD | DATA_READ_ONLY | DATA_DAMAGED | DISK_FULL
 */
export function openToWrite(file: string): SqliteConnection {
  return open(file, (db) => {
    db.pragma("journal_mode = WAL");
    // better-sqlite3 is built so that WAL databases open in NORMAL, which may lose the last commits in a power cut.
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
    db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    db.pragma("cache_size = -16000");
    db.pragma("temp_store = MEMORY");
    assertSafe(db, file);
  });
}

/** Opens a file for reading, beside the writing connection. */
export function openToRead(file: string): SqliteConnection {
  return open(file, (db) => db.pragma("cache_size = -8000"), true);
}

function open(file: string, setUp: (db: Database.Database) => void, readonly = false): SqliteConnection {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: BUSY_MS, readonly });
    keepFromCollection(db);
    assertVersion(db.prepare("select sqlite_version()").pluck().get());
    setUp(db);
    db.prepare("select count(*) from sqlite_master").get();
    return connectionOver(db, file);
  } catch (error) {
    db?.close();
    throw toPilotoError(error, file);
  }
}

function connectionOver(db: Database.Database, file: string): SqliteConnection {
  const kysely = kyselyOverSqlite(db);
  const ready = new Map<Query<never, unknown>, ReadyStatement>();
  return {
    file,
    db,
    kysely,
    prepare(query) {
      let one = ready.get(query);
      if (!one) {
        const built = buildQuery(query, kysely, "sqlite");
        one = { statement: db.prepare(built.sql), built };
        ready.set(query, one);
      }
      return one;
    },
    close: () => db.close(),
  };
}

function assertSafe(db: Database.Database, file: string): void {
  const synchronous = db.pragma("synchronous", { simple: true });
  const journal = db.pragma("journal_mode", { simple: true });
  const foreignKeys = db.pragma("foreign_keys", { simple: true });
  const isWal = journal === "wal" || (file === ":memory:" && journal === "memory");
  if (synchronous === 2 && isWal && foreignKeys === 1) return;
  throw new PilotoError(
    "DATA_READ_ONLY",
    `Piloto needs ${file} in WAL mode with full synchronisation, and the file system does not allow it (journal ${journal}, synchronous ${synchronous}). Use a local disk.`,
  );
}

/** @throws PilotoError SQLITE_TOO_OLD */
export function assertVersion(version: unknown): void {
  const parts = String(version).split(".").map(Number);
  for (const [i, wanted] of OLDEST_SQLITE.entries()) {
    const found = parts[i] ?? 0;
    if (found > wanted) return;
    if (found < wanted) {
      throw new PilotoError(
        "SQLITE_TOO_OLD",
        `Piloto needs SQLite ${OLDEST_SQLITE.join(".")} or newer, and this build has ${version}: older ones can damage a database that two processes write. Install the dependencies again.`,
      );
    }
  }
}
