import type Database from "better-sqlite3";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Database as Schema } from "../schema.ts";
import { whenFree } from "./when-free.ts";

/** Kysely's own driver prepares every statement anew and begins deferred; this one does neither. */
class ImmediateDriver implements Driver {
  readonly #connection: PreparingConnection;
  readonly #db: Database.Database;
  #isTaken = false;
  constructor(db: Database.Database) {
    this.#db = db;
    this.#connection = new PreparingConnection(db);
  }
  async init() {}
  async acquireConnection() {
    if (this.#isTaken) throw new Error("This Kysely instance serves one user at a time.");
    this.#isTaken = true;
    return this.#connection;
  }
  async releaseConnection() {
    this.#isTaken = false;
  }
  async beginTransaction() {
    await whenFree(this.#db.name, () => void this.#db.exec("begin immediate"));
  }
  async commitTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }
  async rollbackTransaction(connection: DatabaseConnection) {
    // A full disk ends a transaction by itself; the error that told so must reach whoever asked.
    if (this.#db.inTransaction) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }
  async destroy() {}
}

class PreparingConnection implements DatabaseConnection {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<unknown[]>>();
  constructor(db: Database.Database) {
    this.#db = db;
  }
  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    if (statement.reader) return { rows: statement.all(...parameters) as R[] };
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }
  // biome-ignore lint/correctness/useYield: the interface asks for a generator, and nobody streams
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error("Rows are read in pages here, never streamed: an open cursor keeps the log from shrinking.");
  }
}

/** SQLite changes tables inside a transaction, which Kysely's adapter does not use. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely over one open connection. Closing the connection is its owner's business. */
export function kyselyOverSqlite(db: Database.Database): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new ImmediateDriver(db),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect });
}
