import type { PgPool } from "../../storage/index.ts";

/** Drops everything: sooner done than another database is made. */
export async function emptyPostgres(pool: PgPool): Promise<void> {
  const client = await pool.connect();
  await client.query("drop schema public cascade");
  await client.query("create schema public");
  client.release();
}
