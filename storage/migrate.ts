import { type Kysely, type Migration, Migrator, sql } from "kysely";
import { PilotoError } from "../core/domain/errors.ts";
import type { Dialect } from "./dialect.ts";
import { firstSchema } from "./migrations/0001-first.ts";
import { chatApps } from "./migrations/0002-chat-apps.ts";
import type { Database } from "./schema.ts";

export type Migrations = Readonly<Record<string, Migration>>;

/** All changes of the schema, in the order of their names. A published one is never edited. */
export function allMigrations(dialect: Dialect): Migrations {
  return { "0001-first": { up: firstSchema(dialect) }, "0002-chat-apps": { up: chatApps(dialect) } };
}

const DONE_TABLE = "kysely_migration";

export interface SchemaState {
  readonly done: readonly string[];
  readonly pending: readonly string[];
  /** Done by a newer Piloto. */
  readonly unknown: readonly string[];
}

/** Where a database stands. Cheap: one or two statements. */
export async function schemaState(
  db: Kysely<Database>,
  migrations: Migrations,
  dialect: Dialect,
): Promise<SchemaState> {
  const done = (await hasTable(db, dialect)) ? await doneNames(db) : [];
  return {
    done,
    pending: Object.keys(migrations)
      .sort()
      .filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !Object.hasOwn(migrations, name)),
  };
}

/**
 * Brings the schema up to date, in one transaction.
 * @throws PilotoError DATA_TOO_NEW when a newer Piloto has changed it
 */
export async function migrate(db: Kysely<Database>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** @throws PilotoError DATA_TOO_NEW */
export function assertNotNewer(state: SchemaState, where: string): void {
  const [first] = state.unknown;
  if (first === undefined) return;
  throw new PilotoError(
    "DATA_TOO_NEW",
    `${where} was written by a newer Piloto (it has the change "${first}", which this one does not know). Start that version, or bring back a backup from before.`,
  );
}

async function hasTable(db: Kysely<Database>, dialect: Dialect): Promise<boolean> {
  const look =
    dialect === "sqlite"
      ? sql`select name from sqlite_master where name = ${DONE_TABLE}`
      : sql`select tablename from pg_tables where tablename = ${DONE_TABLE} and schemaname = current_schema()`;
  return (await look.execute(db)).rows.length > 0;
}

async function doneNames(db: Kysely<Database>): Promise<string[]> {
  const loose = db as unknown as Kysely<Record<string, { name: string }>>;
  const rows = await loose.selectFrom(DONE_TABLE).select("name").orderBy("name").execute();
  return rows.map((row) => row.name);
}
