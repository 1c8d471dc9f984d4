import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { AUDIT_GENESIS, auditHash } from "../core/domain/audit-chain.ts";
import { PilotoError } from "../core/domain/errors.ts";
import type { AuditRow } from "./schema.ts";
import { keepFromCollection } from "./sqlite/keep-from-collection.ts";
import { toPilotoError } from "./sqlite/sqlite-errors.ts";

/** Pages copied between two looks at the event loop: small, because the copy runs on the same thread. */
const PAGES_AT_ONCE = 100;

export interface VerifiedBackup {
  readonly file: string;
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>;
  /** Entries of the audit chain, all of which were checked. */
  readonly auditEntries: number;
}

/**
 * Copies a database while it is in use, and checks the copy. A copy that fails the check is removed.
 * @throws PilotoError DATA_DAMAGED | DISK_FULL | DATA_READ_ONLY
 */
export async function backUp(file: string, to: string): Promise<VerifiedBackup> {
  if (existsSync(to)) {
    throw new PilotoError(
      "DATA_READ_ONLY",
      `The backup ${to} exists already and is not overwritten. Name another file.`,
    );
  }
  let source: Database.Database | undefined;
  try {
    mkdirSync(path.dirname(to), { recursive: true });
    source = new Database(file, { readonly: true, timeout: 5000 });
    keepFromCollection(source);
    await source.backup(to, { progress: () => PAGES_AT_ONCE });
    return verifyBackup(to);
  } catch (error) {
    rmSync(to, { force: true });
    throw toPilotoError(error, to);
  } finally {
    source?.close();
  }
}

/**
 * Checks a copy: the file's own integrity, its foreign keys, every link of the audit chain; counts the rows.
 * @throws PilotoError DATA_DAMAGED | AUDIT_BROKEN
 */
export function verifyBackup(file: string): VerifiedBackup {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    keepFromCollection(db);
    const integrity = db.pragma("integrity_check(1)", { simple: true });
    if (integrity !== "ok") throw damaged(file, String(integrity));
    const orphans = db.pragma("foreign_key_check") as unknown[];
    if (orphans.length > 0) throw damaged(file, `${orphans.length} rows refer to rows that are not there`);
    return { file, rows: countRows(db), auditEntries: checkChain(db, file) };
  } catch (error) {
    throw toPilotoError(error, file);
  } finally {
    db?.close();
  }
}

const damaged = (file: string, found: string) =>
  new PilotoError("DATA_DAMAGED", `${file} did not pass its check: ${found}. Do not rely on it; make another backup.`);

function countRows(db: Database.Database): Record<string, number> {
  const tables = db
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    .pluck()
    .all() as string[];
  const count = (table: string) => db.prepare(`select count(*) from "${table}"`).pluck().get() as number;
  return Object.fromEntries(tables.map((table) => [table, count(table)]));
}

function checkChain(db: Database.Database, file: string): number {
  const page = db.prepare<[number], AuditRow>("select * from audit where seq > ? order by seq limit 1000");
  let seq = 0;
  let hash = AUDIT_GENESIS;
  for (;;) {
    const links = page.all(seq);
    if (links.length === 0) return seq;
    for (const link of links) {
      const entry = {
        seq: link.seq,
        atMs: link.at_ms,
        by: link.by_account,
        did: link.did,
        target: link.target,
        detail: JSON.parse(link.detail),
        prevHash: link.prev_hash,
      };
      if (link.seq !== seq + 1 || link.prev_hash !== hash || link.hash !== auditHash(entry)) {
        throw new PilotoError(
          "AUDIT_BROKEN",
          `The audit log in ${file} does not fit together at entry ${seq + 1}. Run "piloto audit verify" and compare with an older backup.`,
        );
      }
      seq = link.seq;
      hash = link.hash;
    }
  }
}
