import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import { oneAtATime } from "../queries/advisory-lock.ts";
import { auditBuffer, readAuditHead } from "../queries/audit.ts";
import type { Database } from "../schema.ts";
import { type AuditBuffer, type BuiltQuery, buildQuery, type Query, type Session } from "../session.ts";
import type { PgClient, PgResult } from "./pg-pool.ts";

/** Queries as PostgreSQL reads them, each built once. */
export interface BuiltQueries {
  of(query: Query<never, unknown>): BuiltQuery;
}

export function builtQueries(): BuiltQueries {
  const compiler = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const built = new Map<Query<never, unknown>, BuiltQuery>();
  return {
    of(query) {
      let one = built.get(query);
      if (!one) {
        one = buildQuery(query, compiler, "postgres");
        built.set(query, one);
      }
      return one;
    },
  };
}

/** One transaction on one connection of the pool. */
export class PostgresSession implements Session {
  readonly dialect = "postgres";
  readonly audit: AuditBuffer;
  hasWritten = false;
  readonly #client: PgClient;
  readonly #built: BuiltQueries;
  readonly #mayWrite: boolean;
  #isOpen = true;
  /** Statements of one connection go one after another, also when the work did not wait for each. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PgClient, built: BuiltQueries, mayWrite: boolean) {
    this.#client = client;
    this.#built = built;
    this.#mayWrite = mayWrite;
    const lockHead = async () => {
      this.#assertMayWrite();
      await oneAtATime(this, "audit chain");
      return readAuditHead(this);
    };
    this.audit = auditBuffer(() => this, { lockHead, moved: () => undefined });
  }

  async all<P, R>(query: Query<P, R>, params: P): Promise<R[]> {
    return (await this.#run(query, params)).rows as R[];
  }

  async first<P, R>(query: Query<P, R>, params: P): Promise<R | undefined> {
    return (await this.#run(query, params)).rows[0] as R | undefined;
  }

  async change<P>(query: Query<P, unknown>, params: P): Promise<number> {
    this.#assertMayWrite();
    const { rowCount } = await this.#run(query, params);
    if (rowCount > 0) this.hasWritten = true;
    return rowCount;
  }

  /** Whoever still holds the transaction can do nothing with it from now on. */
  async end(): Promise<void> {
    this.#isOpen = false;
    await this.#last;
  }

  #run<P>(query: Query<P, unknown>, params: P): Promise<PgResult> {
    const { sql, bind } = this.#built.of(query as Query<never, unknown>);
    const values = bind(params).map(withoutNul);
    const mine = this.#last.then(() => {
      if (!this.#isOpen) throw new Error("This transaction is over; what it was used for now was not done.");
      return this.#client.query(sql, values, query.name);
    });
    // The caller gets the failure; the next statement only waits for the end.
    this.#last = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  #assertMayWrite(): void {
    if (!this.#mayWrite) throw new Error("A read wanted to write. Use `atomically` for that.");
  }
}

/** PostgreSQL's texts cannot hold the character NUL: its picture stands in its place. */
function withoutNul(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\u2400") : value;
}
