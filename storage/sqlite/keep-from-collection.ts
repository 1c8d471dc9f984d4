import type Database from "better-sqlite3";

/** Never read: what is in it is not collected as garbage. */
const KEPT = new Set<object>();

type Native = Record<string, ((...args: unknown[]) => object) | undefined>;

/**
 * Keeps a connection and what it made (statements, backups) for the life of the process. From Node 24.19 on, collecting
 * one of them aborts the process when no JavaScript runs in that moment (`RemoveEnvironmentCleanupHook`,
 * `env != nullptr`), which any process meets sooner or later. better-sqlite3 12, the last for Node 20, has no remedy
 * (WiseLibs/better-sqlite3 issue 1515, 2026-08). So whoever prepares, prepares once and keeps it: what is prepared
 * again and again is never freed. `pragma` and `transaction` prepare below the public face, hence the reach into it.
 */
export function keepFromCollection(db: Database.Database): void {
  KEPT.add(db);
  for (const symbol of Object.getOwnPropertySymbols(db)) {
    const native = (db as unknown as Record<symbol, Native | undefined>)[symbol];
    if (typeof native !== "object" || native === null) continue;
    KEPT.add(native);
    for (const name of ["prepare", "backup"]) {
      const make = native[name];
      if (make) native[name] = (...args) => keep(make.apply(native, args));
    }
  }
}

function keep<T extends object>(made: T): T {
  KEPT.add(made);
  return made;
}
