import type { Stores } from "../../core/ports/stores.ts";
import type { PostgresOptions } from "./open-postgres.ts";

/** `openPostgres` without loading the client for those who keep their data in SQLite: it costs 40 ms at every start. */
export async function openPostgres(options: PostgresOptions): Promise<Stores> {
  const postgres = await import("./open-postgres.ts");
  return postgres.openPostgres(options);
}
