import type { RunId } from "../../core/domain/ids.ts";
import type { RunState } from "../../core/domain/plan-run.ts";
import type { Stores, Tx } from "../../core/ports/stores.ts";

export type Tamper = (tx: Tx) => Tx;

export interface Watched {
  readonly stores: Stores;
  /** Committed transitions of runs: `draft -> queued`. */
  readonly transitions: Set<string>;
  /** What broke the rule that facts, audit and card are one transaction. */
  readonly broken: string[];
}

/**
 * Stores that note each transition of a run, and whether its transaction also wrote an audit entry about the run and
 * marked its card. `tamper` seeds a bug between the code under test and the database.
 */
export function watchStores(inner: Stores, tamper: Tamper = (tx) => tx): Watched {
  const transitions = new Set<string>();
  const broken: string[] = [];
  return {
    transitions,
    broken,
    stores: {
      ...inner,
      async atomically(work) {
        const seen: Seen = { moves: [], audited: new Set(), announced: new Set() };
        const value = await inner.atomically((tx) => work(tamper(noting(tx, seen))));
        for (const { id, from, to } of seen.moves) {
          transitions.add(`${from} -> ${to}`);
          if (!seen.audited.has(id)) broken.push(`${id}: ${from} -> ${to} without an audit entry`);
          if (!seen.announced.has(id)) broken.push(`${id}: ${from} -> ${to} without its card`);
        }
        return value;
      },
    },
  };
}

interface Seen {
  readonly moves: { id: RunId; from: RunState; to: RunState }[];
  readonly audited: Set<string>;
  readonly announced: Set<string>;
}

/** The same transaction with some rooms exchanged. Rooms are made when first used, so a copy would miss them. */
export function withRooms(tx: Tx, rooms: Partial<{ [K in keyof Tx]: Partial<Tx[K]> }>): Tx {
  const changed = Object.create(tx) as Tx;
  for (const [name, room] of Object.entries(rooms)) {
    const value = { ...tx[name as keyof Tx], ...room };
    Object.defineProperty(changed, name, { value });
  }
  return changed;
}

function noting(tx: Tx, seen: Seen): Tx {
  const { runs, audit, outbox } = tx;
  return withRooms(tx, {
    runs: {
      async setState(id, change) {
        const from = (await runs.get(id))?.state;
        const won = await runs.setState(id, change);
        if (won && from) seen.moves.push({ id, from, to: change.to });
        return won;
      },
    },
    audit: {
      append(...entries) {
        for (const entry of entries) seen.audited.add(entry.target);
        return audit.append(...entries);
      },
    },
    outbox: {
      cardChanged(runId, chatId, atMs) {
        seen.announced.add(runId);
        return outbox.cardChanged(runId, chatId, atMs);
      },
    },
  });
}
