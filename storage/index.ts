/** How Piloto remembers: the front door of the storage room. */

export { type AuditCheckpoints, openAuditCheckpoints } from "./audit-checkpoints.ts";
export { backUp, type VerifiedBackup, verifyBackup } from "./backup.ts";
export type { OnCommitPoint } from "./commit-point.ts";
export { type DataFolder, dataFolder, makeDataFolder } from "./data-folder.ts";
export { makeKeyFile } from "./make-key-file.ts";
export { type FolderOwnership, takeOwnership } from "./own-folder.ts";
export type { PostgresOptions } from "./postgres/open-postgres.ts";
export { openPostgres } from "./postgres/open-when-used.ts";
export type { PgClient, PgPool, PgResult } from "./postgres/pg-pool.ts";
export { openSqlite, type SqliteOptions, type SqliteStores } from "./sqlite/open-sqlite.ts";
export { isDiskFailure } from "./sqlite/sqlite-errors.ts";
export { type SqliteFacts, sqliteFacts } from "./sqlite/sqlite-facts.ts";
