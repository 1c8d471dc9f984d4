import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../../core/ports/clock.ts";

/** Piloto in one workspace (or in an organisation, for all its workspaces). */
export interface SlackBot {
  /** The key of its installation: a team id (T…), or an enterprise id (E…) for an organisation. */
  readonly home: string;
  /** Its own user there, whose messages are not heard and whose mentions are. */
  readonly user: string;
  readonly botId?: string;
  readonly token: string;
  readonly client: WebClient;
}

/** Where a delivery belongs. */
export interface SlackWhere {
  readonly team?: string;
  readonly enterprise?: string;
}

/** The workspaces that Piloto is installed in. */
export interface SlackBots {
  /** The bot of a workspace: its own installation, else that of its organisation. `undefined`: not installed. */
  find(where: SlackWhere): Promise<SlackBot | undefined>;
  /** A token that Slack no longer takes is not used again until it is installed anew. */
  drop(home: string, why: string): Promise<void>;
}

/** Keeps what was found for a short while: another process may install or remove a workspace. */
export function rememberFor<T>(forMs: number, clock: Clock, look: (key: string) => Promise<T>) {
  const found = new Map<string, { readonly value: Promise<T>; readonly untilMs: number }>();
  return {
    get(key: string): Promise<T> {
      const known = found.get(key);
      if (known && known.untilMs > clock.nowMs()) return known.value;
      const value = look(key);
      found.delete(key);
      found.set(key, { value, untilMs: clock.nowMs() + forMs });
      // A failure is not remembered.
      value.catch(() => found.delete(key));
      for (const [oldest] of found) {
        if (found.size <= MOST) break;
        found.delete(oldest);
      }
      return value;
    },
    forget(key?: string): void {
      if (key === undefined) found.clear();
      else found.delete(key);
    },
  };
}

const MOST = 5_000;
