import { setTimeout as wait } from "node:timers/promises";
import { Kysely, PostgresDialect } from "kysely";
import { PilotoError } from "../../core/domain/errors.ts";
import type { ReadTx, Stores, Tx } from "../../core/ports/stores.ts";
import { type CommitListeners, commitListeners } from "../commit-listeners.ts";
import type { OnCommitPoint } from "../commit-point.ts";
import { allMigrations, assertNotNewer, migrate, schemaState } from "../migrate.ts";
import type { Database } from "../schema.ts";
import { transactionOver } from "../transaction.ts";
import { type PgClient, type PgPool, pgPool } from "./pg-pool.ts";
import { isConflict, toPilotoError } from "./postgres-errors.ts";
import { type BuiltQueries, builtQueries, PostgresSession } from "./postgres-session.ts";

/** How often to look for commits. */
const WATCH_MS = 200;
/** How often a transaction that stood in another's way is run again. */
const CONFLICT_TRIES = 6;

const BEGIN_WRITE = "begin isolation level read committed";
const BEGIN_READ = "begin isolation level repeatable read, read only";

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, or a pool that its giver keeps and ends. */
  readonly source: { readonly url: string; readonly connections?: number } | { readonly pool: PgPool };
  readonly onCommitPoint?: OnCommitPoint;
}

/**
 * Opens Piloto's database on a PostgreSQL server (13 or newer) and brings its schema up to date.
 * Work given to `atomically` is run again when it stood in another transaction's way: it must not act outside.
 * @throws PilotoError STORE_UNREACHABLE | DATA_TOO_NEW | DATA_READ_ONLY
 */
export async function openPostgres(options: PostgresOptions): Promise<Stores> {
  const { source } = options;
  const pool = "pool" in source ? source.pool : pgPool(source.url, source.connections);
  const endPool = "pool" in source ? async () => undefined : () => pool.end();
  try {
    await bringUpToDate(pool);
  } catch (error) {
    await endPool();
    throw toPilotoError(error);
  }
  return storesOver(pool, endPool, options.onCommitPoint);
}

async function bringUpToDate(pool: PgPool): Promise<void> {
  // Kysely would end the pool with itself; it borrows this one.
  const borrowed = { connect: () => pool.connect(), end: async () => undefined };
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: borrowed as never }) });
  const migrations = allMigrations("postgres");
  const state = await schemaState(db, migrations, "postgres");
  assertNotNewer(state, "The PostgreSQL database");
  if (state.pending.length > 0) await migrate(db, migrations);
}

function storesOver(pool: PgPool, endPool: () => Promise<void>, onCommitPoint: OnCommitPoint | undefined): Stores {
  const listeners = commitListeners();
  const transactions = new Transactions(pool, { onCommit: () => listeners.announce(), onCommitPoint });
  const stopWatching = watchCommits(pool, listeners);
  let closing: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([transactions.end(), stopWatching()]);
    await endPool();
  };
  return {
    isShared: true,
    atomically: (work) => transactions.write(work),
    read: (work) => transactions.read(work),
    onCommit: (listener) => listeners.add(listener),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

class Transactions {
  readonly #pool: PgPool;
  readonly #built: BuiltQueries = builtQueries();
  readonly #onCommit: () => void;
  readonly #onCommitPoint: OnCommitPoint | undefined;
  readonly #underWay = new Set<Promise<unknown>>();
  #refusal: { readonly error: unknown } | undefined;
  /** A test said that the process dies here. */
  #hasDied = false;

  constructor(
    pool: PgPool,
    { onCommit, onCommitPoint }: { onCommit: () => void; onCommitPoint: OnCommitPoint | undefined },
  ) {
    this.#pool = pool;
    this.#onCommit = onCommit;
    this.#onCommitPoint = onCommitPoint;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#track(() => this.#untilNoConflict(BEGIN_WRITE, work));
  }

  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#track(() => this.#untilNoConflict(BEGIN_READ, work));
  }

  async end(): Promise<void> {
    this.#refusal ??= {
      error: new PilotoError(
        "STORE_UNREACHABLE",
        "The database was closed: Piloto is stopping. Nothing of this was saved.",
      ),
    };
    await Promise.allSettled(this.#underWay);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#refusal) throw this.#refusal.error;
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  async #untilNoConflict<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(begin, work);
      } catch (error) {
        if (!isConflict(error) || tries >= CONFLICT_TRIES) throw toPilotoError(error);
        await wait(2 ** tries * (1 + Math.random()));
      }
    }
  }

  async #once<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    const session = new PostgresSession(client, this.#built, begin === BEGIN_WRITE);
    let value: T;
    try {
      await client.query(begin);
      value = await work(transactionOver(session));
      await session.audit.flush();
      await session.end();
      this.#point("before", session);
      await client.query("commit");
    } catch (error) {
      await session.end();
      await rollBack(client);
      throw error;
    }
    client.release();
    this.#point("after", session);
    if (session.hasWritten) this.#onCommit();
    return value;
  }

  #point(when: "before" | "after", { hasWritten }: PostgresSession): void {
    // Who is under way when the process dies dies with it.
    if (this.#hasDied) throw this.#refusal?.error;
    if (!this.#onCommitPoint || !hasWritten) return;
    try {
      this.#onCommitPoint(when);
    } catch (error) {
      this.#hasDied = true;
      this.#refusal = { error };
      throw error;
    }
  }
}

/** A connection that cannot even roll back is thrown away: the server then rolls back. */
async function rollBack(client: PgClient): Promise<void> {
  let isBroken = false;
  try {
    await client.query("rollback");
  } catch {
    isBroken = true;
  }
  client.release(isBroken);
}

/**
 * The text of a snapshot changes with every commit of every process, and asking costs the server nothing; NOTIFY
 * would make commits queue behind a lock of the whole database.
 */
function watchCommits(pool: PgPool, listeners: CommitListeners): () => Promise<void> {
  let last: string | undefined;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const now = await currentSnapshot(pool);
    // While the server does not answer nobody can tell; listeners look for themselves and see the failure.
    if (now !== last || now === undefined) listeners.announce();
    last = now;
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, WATCH_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function currentSnapshot(pool: PgPool): Promise<string | undefined> {
  let client: PgClient | undefined;
  try {
    client = await pool.connect();
    const { rows } = await client.query("select pg_current_snapshot()::text as snapshot");
    client.release();
    return (rows[0] as { snapshot: string }).snapshot;
  } catch (error) {
    client?.release(true);
    // Out of reach is what the next transaction reports; anything else is a bug and must be seen.
    if (toPilotoError(error) === error) throw error;
    return undefined;
  }
}
