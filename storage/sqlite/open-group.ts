import { PilotoError } from "../../core/domain/errors.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { type AuditHead, readAuditHead } from "../queries/audit.ts";
import { transactionOver } from "../transaction.ts";
import type { SqliteConnection } from "./connection.ts";
import { SqliteSession } from "./sqlite-session.ts";
import { withinRound } from "./within-round.ts";

/** Work that is all written or not at all, and who waits for it. */
export interface Unit {
  run(tx: Tx): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export type Statements = Record<"begin" | "commit" | "rollback" | "savepoint" | "release" | "undo", () => void>;

interface Done {
  readonly unit: Unit;
  readonly value: unknown;
}

/** An open transaction that takes units one after another. */
export class OpenGroup {
  readonly done: Done[] = [];
  hasWritten = false;
  /** Committed. */
  isWritten = false;
  readonly #connection: SqliteConnection;
  readonly #statement: Statements;
  readonly #isCareful: boolean;
  /** Read at most once a transaction: nobody else can write while it is open. */
  #head: AuditHead | undefined;

  constructor(
    connection: SqliteConnection,
    statement: Statements,
    { head, isCareful }: { head: AuditHead | undefined; isCareful: boolean },
  ) {
    this.#connection = connection;
    this.#statement = statement;
    this.#head = head;
    this.#isCareful = isCareful;
  }

  /** Where the chain stands; absent when nobody asked. */
  get head(): AuditHead | undefined {
    return this.#head;
  }

  /**
   * Runs a unit. Savepoints copy every page that a unit touches, and units hardly ever fail: so a group does without,
   * and when one fails all are undone and the others run again, in a careful group with a savepoint each. (As on
   * PostgreSQL after a deadlock, `work` changes nothing but through its transaction.) `false`: the transaction is over.
   */
  async add(unit: Unit): Promise<boolean> {
    const isFirst = this.done.length === 0;
    const isApart = this.#isCareful && !isFirst;
    const headBefore = this.#head;
    const session = this.#session();
    try {
      if (isApart) this.#statement.savepoint();
      const value = await withinRound(async () => {
        const result = await unit.run(transactionOver(session));
        await session.audit.flush();
        return result;
      });
      this.#assertOpen();
      if (isApart) this.#statement.release();
      this.done.push({ unit, value });
      if (session.hasWritten) this.hasWritten = true;
      return true;
    } catch (error) {
      this.#head = headBefore;
      unit.reject(error);
      return this.#undo(isApart, error);
    } finally {
      session.end();
    }
  }

  /** Takes back what a failed unit wrote. `false` when that ended the transaction. */
  #undo(isApart: boolean, error: unknown): boolean {
    if (!this.#connection.db.inTransaction) {
      for (const { unit } of this.done.splice(0)) unit.reject(error);
      return false;
    }
    if (!isApart) {
      this.#statement.rollback();
      return false;
    }
    this.#statement.undo();
    this.#statement.release();
    return true;
  }

  /** A full or failing disk can end the whole transaction by itself; then all its units are undone. */
  #assertOpen(): void {
    if (this.#connection.db.inTransaction) return;
    throw new PilotoError(
      "STORE_UNREACHABLE",
      `${this.#connection.file} gave up a transaction, and nothing of it was saved. Check the disk and try again.`,
    );
  }

  #session(): SqliteSession {
    const session: SqliteSession = new SqliteSession(this.#connection, {
      head: async () => {
        this.#head ??= await readAuditHead(session);
        return this.#head;
      },
      moved: (head) => {
        this.#head = head;
      },
    });
    return session;
  }
}
