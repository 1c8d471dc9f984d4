import type { Stores } from "../core/ports/stores.ts";
import { openPostgres, openSqlite } from "../storage/index.ts";
import type { Settings } from "./settings.ts";

/**
 * The database that the settings name: PostgreSQL by its address, else the SQLite file in the data folder.
 * @throws PilotoError STORE_UNREACHABLE | DATA_TOO_NEW | DATA_READ_ONLY | DATA_DAMAGED | DISK_FULL | SQLITE_TOO_OLD
 */
export async function openStores({ dataFolder, databaseUrl }: Settings): Promise<Stores> {
  if (databaseUrl !== undefined) return openPostgres({ source: { url: databaseUrl } });
  return openSqlite({ folder: dataFolder });
}
