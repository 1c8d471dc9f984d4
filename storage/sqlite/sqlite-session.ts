import type { AuditHead } from "../queries/audit.ts";
import { auditBuffer } from "../queries/audit.ts";
import type { AuditBuffer, Query, Session } from "../session.ts";
import type { SqliteConnection } from "./connection.ts";
import { toPilotoError } from "./sqlite-errors.ts";

/** One unit of work on a connection. Statements run at once; the promises only fit the port. */
export class SqliteSession implements Session {
  readonly dialect = "sqlite";
  readonly audit: AuditBuffer;
  /** Whether a row was written so far. */
  hasWritten = false;
  readonly #connection: SqliteConnection;
  readonly #mayWrite: boolean;
  #isOpen = true;

  constructor(
    connection: SqliteConnection,
    chain?: { head: () => Promise<AuditHead>; moved: (to: AuditHead) => void },
  ) {
    this.#connection = connection;
    this.#mayWrite = chain !== undefined;
    const lockHead = chain?.head ?? refuseWrite;
    this.audit = auditBuffer(() => this, { lockHead, moved: chain?.moved ?? refuseWrite });
  }

  async all<P, R>(query: Query<P, R>, params: P): Promise<R[]> {
    return this.#run(query, (statement, values) => statement.all(...values) as R[], params);
  }

  async first<P, R>(query: Query<P, R>, params: P): Promise<R | undefined> {
    return this.#run(query, (statement, values) => statement.get(...values) as R | undefined, params);
  }

  async change<P>(query: Query<P, unknown>, params: P): Promise<number> {
    const changes = this.#run(query, (statement, values) => statement.run(...values).changes, params);
    if (changes > 0) this.hasWritten = true;
    return changes;
  }

  /** Whoever still holds the transaction can do nothing with it from now on. */
  end(): void {
    this.#isOpen = false;
  }

  #run<P, T>(query: Query<P, unknown>, act: (statement: Statement, values: unknown[]) => T, params: P): T {
    if (!this.#isOpen) throw new Error("This transaction is over; what it was used for now was not done.");
    try {
      const { statement, built } = this.#connection.prepare(query as Query<never, unknown>);
      if (!this.#mayWrite && !statement.readonly) refuseWrite();
      return act(statement, built.bind(params));
    } catch (error) {
      throw toPilotoError(error, this.#connection.file);
    }
  }
}

type Statement = ReturnType<SqliteConnection["prepare"]>["statement"];

function refuseWrite(): never {
  throw new Error("A read wanted to write. Use `atomically` for that.");
}
