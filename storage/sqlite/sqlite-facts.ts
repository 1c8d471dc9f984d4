import type { Stores } from "../../core/ports/stores.ts";
import type { SqliteStores } from "./open-sqlite.ts";

/** What a person wants to know of the library and the file that keep Piloto's data. */
export interface SqliteFacts {
  readonly version: string;
  readonly journal: string;
  /** `2` is FULL: a commit that was acknowledged survives a power cut. */
  readonly isFullySynchronous: boolean;
}

/** For the doctor; `undefined` when the data is not kept by SQLite. */
export function sqliteFacts(stores: Stores): SqliteFacts | undefined {
  if (!("connection" in stores)) return undefined;
  const { db } = (stores as SqliteStores).connection;
  return {
    version: String(db.prepare("select sqlite_version()").pluck().get()),
    journal: String(db.pragma("journal_mode", { simple: true })),
    isFullySynchronous: db.pragma("synchronous", { simple: true }) === 2,
  };
}
