import type { Tx } from "../../core/ports/stores.ts";
import type { OnCommitPoint } from "../commit-point.ts";
import type { AuditHead } from "../queries/audit.ts";
import type { SqliteConnection } from "./connection.ts";
import { lengthenLog } from "./lengthen-log.ts";
import { OpenGroup, type Statements, type Unit } from "./open-group.ts";
import { toPilotoError } from "./sqlite-errors.ts";
import type { Turnstile } from "./turnstile.ts";
import { whenFree } from "./when-free.ts";

/** One commit takes at most so many units, or this long before it is written. */
const GROUP_LIMIT = 256;
const GROUP_MS = 15;
/** Groups written one after another leave the event loop alone for at most so long, and one commit more. */
const ROUND_MS = 4;
/** After so many commits this is no short command, and a log of full length pays. */
const COMMITS_BEFORE_LONG_LOG = 40;

/** Writes units of work: those that wait at the same time share one commit, each rolls back alone. */
export class GroupCommit {
  readonly #connection: SqliteConnection;
  readonly #turn: Turnstile;
  readonly #onCommit: () => void;
  readonly #onCommitPoint: OnCommitPoint | undefined;
  readonly #statement: Statements;
  readonly #dataVersion: () => unknown;
  #waiting: Unit[] = [];
  /** The next group keeps its units apart by savepoints: one of the group before failed. */
  #isCareful = false;
  /** When the event loop last came round between two groups. */
  #roundAtMs = Number.NEGATIVE_INFINITY;
  #commits = 0;
  #draining: Promise<void> | undefined;
  /** The chain's head after the last commit, and what `data_version` said then. */
  #known: { readonly head: AuditHead; readonly version: unknown } | undefined;
  #refusal: { readonly error: unknown } | undefined;

  constructor(
    connection: SqliteConnection,
    {
      turn,
      onCommit,
      onCommitPoint,
    }: { turn: Turnstile; onCommit: () => void; onCommitPoint: OnCommitPoint | undefined },
  ) {
    this.#connection = connection;
    this.#turn = turn;
    this.#onCommit = onCommit;
    this.#onCommitPoint = onCommitPoint;
    const prepared = (sql: string) => {
      const statement = connection.db.prepare(sql);
      return () => void statement.run();
    };
    const dataVersion = connection.db.prepare("pragma data_version").pluck();
    this.#dataVersion = () => dataVersion.get();
    this.#statement = {
      begin: prepared("begin immediate"),
      commit: prepared("commit"),
      rollback: prepared("rollback"),
      savepoint: prepared("savepoint unit"),
      release: prepared("release unit"),
      undo: prepared("rollback to unit"),
    };
  }

  /** Resolves when the unit's commit is on the disk; rejects when it, or the commit, failed: then nothing was written. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#refusal) return Promise.reject(this.#refusal.error);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes no more; resolves when what was taken is written. */
  async end(error: unknown): Promise<void> {
    this.#refusal ??= { error };
    await this.#draining;
  }

  /** What the process would say if it still lived; absent while it does. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#refusal;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      try {
        await this.#turn.pass(() => this.#writeGroup());
      } catch (error) {
        // The disk failed where nobody expects it to, in a rollback say: those who wait must hear of it.
        this.#known = undefined;
        for (const unit of this.#waiting.splice(0)) unit.reject(toPilotoError(error, this.#connection.file));
      }
    }
    this.#draining = undefined;
  }

  /**
   * Until those who come at the same time are here, too: all that is ready to run has run. Under steady writing the
   * event loop must come round as well, or timers and sockets would starve.
   */
  #gather(): Promise<void> {
    if (performance.now() - this.#roundAtMs < ROUND_MS) return new Promise((resolve) => process.nextTick(resolve));
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#roundAtMs = performance.now();
        resolve();
      }),
    );
  }

  async #writeGroup(): Promise<void> {
    try {
      await whenFree(this.#connection.file, this.#statement.begin);
    } catch (error) {
      for (const unit of this.#waiting.splice(0)) unit.reject(error);
      return;
    }
    const version = this.#dataVersion();
    const group = new OpenGroup(this.#connection, this.#statement, {
      head: this.#headAt(version),
      isCareful: this.#isCareful,
    });
    this.#isCareful = false;
    const endAtMs = performance.now() + GROUP_MS;
    for (let taken = 0; taken < GROUP_LIMIT && this.#waiting.length > 0; taken++) {
      const isOpen = await group.add(this.#waiting.shift()!);
      // The rest waits for the next transaction, and so do those that were undone for another one's failure.
      if (!isOpen) {
        this.#known = undefined;
        this.#isCareful = group.done.length > 0;
        this.#waiting.unshift(...group.done.map(({ unit: undone }) => undone));
        return;
      }
      if (performance.now() > endAtMs) break;
    }
    this.#known = undefined;
    this.#commit(group);
    if (group.isWritten && group.head) this.#known = { head: group.head, version };
  }

  /**
   * With the write lock held, an unchanged `data_version` means that no other connection has committed since: the
   * head is still the one that this connection wrote. (https://www.sqlite.org/pragma.html#pragma_data_version)
   */
  #headAt(version: unknown): AuditHead | undefined {
    return this.#known?.version === version ? this.#known?.head : undefined;
  }

  #commit(group: OpenGroup): void {
    const { db } = this.#connection;
    try {
      this.#point("before", group);
      this.#statement.commit();
      group.isWritten = true;
    } catch (error) {
      const named = toPilotoError(error, this.#connection.file);
      for (const { unit } of group.done) unit.reject(named);
      this.#rejectWaiting();
      if (db.inTransaction) this.#statement.rollback();
      return;
    }
    try {
      this.#point("after", group);
    } catch (error) {
      for (const { unit } of group.done) unit.reject(error);
      this.#rejectWaiting();
      return;
    }
    for (const { unit, value } of group.done) unit.resolve(value);
    if (!group.hasWritten) return;
    this.#onCommit();
    this.#commits += 1;
    if (this.#commits === COMMITS_BEFORE_LONG_LOG) lengthenLog(this.#connection);
  }

  #point(when: "before" | "after", group: OpenGroup): void {
    if (!this.#onCommitPoint || !group.hasWritten) return;
    try {
      this.#onCommitPoint(when);
    } catch (error) {
      this.#refusal = { error };
      throw error;
    }
  }

  /** After a death that a test asked for: nobody who still waits gets anything. */
  #rejectWaiting(): void {
    if (!this.#refusal) return;
    for (const unit of this.#waiting.splice(0)) unit.reject(this.#refusal.error);
  }
}
