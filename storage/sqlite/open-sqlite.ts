import { existsSync } from "node:fs";
import path from "node:path";
import { PilotoError } from "../../core/domain/errors.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { backUp } from "../backup.ts";
import { type CommitListeners, commitListeners } from "../commit-listeners.ts";
import type { OnCommitPoint } from "../commit-point.ts";
import { dataFolder, makeDataFolder } from "../data-folder.ts";
import { allMigrations, assertNotNewer, type Migrations, migrate, schemaState } from "../migrate.ts";
import { openToRead, openToWrite, type SqliteConnection } from "./connection.ts";
import { GroupCommit } from "./group-commit.ts";
import { SnapshotReads } from "./snapshot-reads.ts";
import { turnstile } from "./turnstile.ts";
import { whenFree } from "./when-free.ts";

/** How often to look for commits of other processes. */
const WATCH_MS = 200;

export interface SqliteOptions {
  /** The data folder, made when absent; or `:memory:` for a database that ends with the process. */
  readonly folder: string;
  /** Opens what exists and refuses to write or migrate. */
  readonly readOnly?: boolean;
  readonly onCommitPoint?: OnCommitPoint;
  /** For tests of migrating itself. */
  readonly migrations?: Migrations;
}

export interface SqliteStores extends Stores {
  readonly file: string;
  /** Moves the log into the file; for idle moments. A log that grew far beyond its usual length is cut. */
  checkpoint(): void;
  /** The writing connection, for tests that look at query plans or damage things. */
  readonly connection: SqliteConnection;
}

/**
 * Opens Piloto's database in a data folder, brings its schema up to date (a verified backup first, when it holds
 * data) and keeps it until `close`. Several processes may have it open; ownership is another matter (`takeOwnership`).
 * @throws PilotoError DATA_TOO_NEW | DATA_READ_ONLY | DATA_DAMAGED | DISK_FULL | SQLITE_TOO_OLD
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteStores> {
  const isMemory = options.folder === ":memory:";
  const file = isMemory ? ":memory:" : dataFolder(path.resolve(options.folder)).database;
  if (options.readOnly) return openReadOnly(file, options);
  if (!isMemory) makeDataFolder(path.dirname(file));
  // Another process may be making or changing the same file at this moment: then it is opened anew.
  const writing = await whenFree(file, () => openUpToDate(file, options));
  try {
    return storesOver(writing, isMemory ? writing : openToRead(file), options);
  } catch (error) {
    writing.close();
    throw error;
  }
}

async function openUpToDate(file: string, options: SqliteOptions): Promise<SqliteConnection> {
  const writing = openToWrite(file);
  try {
    await bringUpToDate(writing, options);
    return writing;
  } catch (error) {
    writing.close();
    throw error;
  }
}

async function bringUpToDate({ kysely, file }: SqliteConnection, options: SqliteOptions): Promise<void> {
  const migrations = options.migrations ?? allMigrations("sqlite");
  const state = await schemaState(kysely, migrations, "sqlite");
  assertNotNewer(state, file);
  if (state.pending.length === 0) return;
  if (state.done.length > 0 && file !== ":memory:") {
    const { backups } = dataFolder(path.dirname(file));
    await backUp(file, path.join(backups, `before-${state.pending[0]}-${stamp()}.db`));
  }
  await migrate(kysely, migrations);
}

/** Names a file, so it may read the real clock. */
const stamp = (): string => new Date().toISOString().replaceAll(/[:.]/g, "-");

function storesOver(writing: SqliteConnection, reading: SqliteConnection, options: SqliteOptions): SqliteStores {
  const listeners = commitListeners();
  const writeTurn = turnstile();
  const onCommit = () => listeners.announce();
  const writer = new GroupCommit(writing, { turn: writeTurn, onCommit, onCommitPoint: options.onCommitPoint });
  const reads = new SnapshotReads(reading, reading === writing ? writeTurn : turnstile());
  const stopWatching = reading === writing ? () => undefined : watchOthers(writing, listeners);
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopWatching();
    await writer.end(closedError(writing.file));
    await reads.end();
    if (reading !== writing) reading.close();
    writing.close();
  };
  const checkpoint = writing.db.prepare("pragma wal_checkpoint(PASSIVE)");
  return {
    isShared: false,
    file: writing.file,
    connection: writing,
    atomically: (work) => writer.write(work),
    read: (work) => (writer.refusal ? Promise.reject(writer.refusal.error) : reads.read(work)),
    onCommit: (listener) => listeners.add(listener),
    checkpoint: () => void checkpoint.all(),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function openReadOnly(file: string, options: SqliteOptions): Promise<SqliteStores> {
  if (!existsSync(file)) {
    throw new PilotoError(
      "DATA_READ_ONLY",
      `There is no database of Piloto at ${file}, and it was opened for reading only. Start Piloto once, or name its data folder.`,
    );
  }
  const reading = openToRead(file);
  try {
    const state = await schemaState(reading.kysely, options.migrations ?? allMigrations("sqlite"), "sqlite");
    assertNotNewer(state, file);
    if (state.pending.length > 0) {
      throw new PilotoError(
        "DATA_READ_ONLY",
        `${file} must be brought up to date first. Start this Piloto once on it.`,
      );
    }
  } catch (error) {
    reading.close();
    throw error;
  }
  const listeners = commitListeners();
  const stopWatching = watchOthers(reading, listeners);
  const reads = new SnapshotReads(reading, turnstile());
  let isClosed = false;
  return {
    isShared: false,
    file,
    connection: reading,
    atomically: () =>
      Promise.reject(new PilotoError("DATA_READ_ONLY", `${file} was opened for reading only; nothing was written.`)),
    read: (work) => (isClosed ? Promise.reject(closedError(file)) : reads.read(work)),
    onCommit: (listener) => listeners.add(listener),
    checkpoint: () => undefined,
    async close() {
      if (isClosed) return;
      isClosed = true;
      stopWatching();
      await reads.end();
      reading.close();
    },
  };
}

const closedError = (file: string) =>
  new PilotoError("STORE_UNREACHABLE", `${file} was closed: Piloto is stopping. Nothing of this was saved.`);

/** `data_version` changes when another connection has committed: one cheap look, no locks. */
function watchOthers({ db }: SqliteConnection, listeners: CommitListeners): () => void {
  const look = db.prepare("pragma data_version").pluck();
  let last = look.get();
  const timer = setInterval(() => {
    // Inside a transaction the view stands still; the next look sees the rest.
    if (db.inTransaction) return;
    const now = look.get();
    if (now !== last) listeners.announce();
    last = now;
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}
