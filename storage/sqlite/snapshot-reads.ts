import type { ReadTx } from "../../core/ports/stores.ts";
import { transactionOver } from "../transaction.ts";
import type { SqliteConnection } from "./connection.ts";
import { toPilotoError } from "./sqlite-errors.ts";
import { SqliteSession } from "./sqlite-session.ts";
import type { Turnstile } from "./turnstile.ts";
import { withinRound } from "./within-round.ts";

/** Reads what is committed, one reader at a time. `turn` keeps writers away when they use the same connection. */
export class SnapshotReads {
  readonly #connection: SqliteConnection;
  readonly #turn: Turnstile;
  readonly #begin: () => void;
  readonly #end: () => void;

  constructor(connection: SqliteConnection, turn: Turnstile) {
    this.#connection = connection;
    this.#turn = turn;
    const begin = connection.db.prepare("begin");
    const end = connection.db.prepare("commit");
    this.#begin = () => void begin.run();
    this.#end = () => void end.run();
  }

  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#turn.pass(async () => {
      const session = new SqliteSession(this.#connection);
      try {
        this.#begin();
        return await withinRound(async () => work(transactionOver(session)));
      } catch (error) {
        throw toPilotoError(error, this.#connection.file);
      } finally {
        session.end();
        if (this.#connection.db.inTransaction) this.#end();
      }
    });
  }

  /** Resolves when those who read now, or wait to, are through. */
  end(): Promise<void> {
    return this.#turn.pass(async () => undefined);
  }
}
