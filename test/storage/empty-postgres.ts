import type { PgPool } from "../../storage/index.ts";

/** Empties all tables of Piloto, if there are any: much sooner done than making them again. */
export async function emptyPostgres(pool: PgPool): Promise<void> {
  const client = await pool.connect();
  const { rows } = await client.query(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'",
  );
  const names = (rows as { name: string }[]).map(({ name }) => `"${name}"`);
  if (names.length > 0) await client.query(`truncate ${names.join(", ")} restart identity cascade`);
  client.release();
}
