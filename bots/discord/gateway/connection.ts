import type { Client } from "discord.js";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Counts } from "../post/counts.ts";
import { createGuardedClient } from "./guarded-client.ts";

/** How a connection ended for good. */
export interface Ending {
  readonly kind: "no-content-intent" | "token" | "settings" | "too-often" | "failed" | "stopped";
  /** What was found, and what to do. */
  readonly why: string;
}

export interface ConnectionOptions {
  readonly token: string;
  readonly apiUrl?: string;
  readonly messageContent: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: Counts;
  readonly onEvent: (name: string, data: unknown) => void;
  readonly onConnected: () => void;
  /** It is lost for the moment; discord.js goes on by itself. */
  readonly onLost: () => void;
}

export interface Connection {
  readonly client: Client;
  /** Resolves when discord.js will not come back by itself, or should not be let. */
  readonly ended: Promise<Ending>;
  close(): Promise<void>;
}

/** discord.js tries again every half second, for ever: more than so many in a minute are stopped and paused. */
const MOST_RECONNECTS = 5;
const WINDOW_MS = 60_000;

/** One life of a discord.js client. It never rejects and nothing of it is thrown elsewhere. */
export function openConnection(options: ConnectionOptions): Connection {
  const { logger, counts, clock } = options;
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const client = createGuardedClient({
    ...options,
    onBroken(what, error) {
      counts.add("broken");
      logger.warn({ what, error: String(error).slice(0, 300) }, "Something of Discord's could not be read or done.");
    },
  });
  const recent: number[] = [];
  const trying = watchedTry(clock, () => end({ kind: "failed", why: SILENT }));
  function connected(): void {
    trying.succeeded();
    options.onConnected();
  }
  // Before `login`, which may resolve after the event.
  client.on("clientReady", connected);
  client.on("shardResume", connected);
  client.on("shardReady", () => client.isReady() && connected());
  client.on("shardReconnecting", () => {
    counts.add("reconnects");
    trying.begins();
    options.onLost();
    const nowMs = clock.nowMs();
    recent.push(nowMs);
    while (recent.length > 0 && recent[0]! < nowMs - WINDOW_MS) recent.shift();
    if (recent.length > MOST_RECONNECTS) end({ kind: "too-often", why: TOO_OFTEN });
  });
  client.on("shardDisconnect", ({ code }) => end(endingOf(code)));
  client.on("invalidated", () => end({ kind: "failed", why: "Discord ended the session." }));
  trying.begins();
  client.login(options.token).catch((error: unknown) => end(loginEnding(error)));
  return {
    client,
    ended,
    async close() {
      trying.succeeded();
      end({ kind: "stopped", why: "Piloto stopped." });
      await client.destroy().catch((error: unknown) => {
        logger.debug({ error: String(error).slice(0, 300) }, "A Discord connection was closed with an error.");
      });
    },
  };
}

/** discord.js waits for some of Discord's answers without an end. */
const LONGEST_TRY_MS = 90_000;
const SILENT = "Discord took the connection and then said nothing; another one is opened.";

/** Calls `overdue` when a try to connect takes too long. */
function watchedTry(clock: Clock, overdue: () => void): { begins(): void; succeeded(): void } {
  let over: AbortController | undefined;
  async function watch({ signal }: AbortController): Promise<void> {
    await clock.sleep(LONGEST_TRY_MS, signal);
    if (!signal.aborted) overdue();
  }
  return {
    begins() {
      if (over) return;
      over = new AbortController();
      void watch(over);
    },
    succeeded() {
      over?.abort();
      over = undefined;
    },
  };
}

const TOO_OFTEN =
  "Discord closes the connection again and again. Piloto waits before it tries anew; look at Discord's status page.";
const TOKEN = "Discord refuses the bot token. Make a new one in Discord's developer portal and give it to Piloto.";

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
function endingOf(code: number): Ending {
  if (code === 4004) return { kind: "token", why: TOKEN };
  if (code === 4014) {
    const why =
      "Discord does not give Piloto the message content intent. Turn it on in the developer portal, Bot page.";
    return { kind: "no-content-intent", why };
  }
  return { kind: "settings", why: `Discord refuses the connection for good (close code ${code}).` };
}

function loginEnding(error: unknown): Ending {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === "TokenInvalid") return { kind: "token", why: TOKEN };
  return { kind: "failed", why: `Discord is out of reach: ${String(error).slice(0, 200)}` };
}
