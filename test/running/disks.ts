import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Stores } from "../../core/ports/stores.ts";
import { type OnCommitPoint, openPostgres, openSqlite, type PgPool } from "../../storage/index.ts";
import { pglitePool } from "../storage/pglite-pool.ts";

/** What survives a process: a database that one process after another opens. */
export interface Disk {
  readonly name: string;
  open(onCommitPoint?: OnCommitPoint): Promise<Stores>;
  end(): Promise<void>;
}

/** Crash points are about order, not about platters: memory-backed folders where there are any. */
export function fastFolder(prefix: string): string {
  return mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), prefix));
}

export function sqliteDisk(): Disk {
  const folder = fastFolder("piloto-disk-");
  return {
    name: "SQLite",
    open: (onCommitPoint) => openSqlite({ folder, onCommitPoint }),
    end: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A server in this process takes a second to start: give the same pool to several disks, they share its tables. */
export async function pgliteDisk(pool?: PgPool): Promise<Disk> {
  const own = pool ?? (await pglitePool());
  return {
    name: "PostgreSQL (PGlite)",
    open: (onCommitPoint) => openPostgres({ source: { pool: own }, onCommitPoint }),
    end: async () => (pool ? undefined : own.end()),
  };
}
