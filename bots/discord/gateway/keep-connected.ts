import type { Client } from "discord.js";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { FaceHealth } from "../../shared/chat-face.ts";
import type { DiscordSettings } from "../discord-settings.ts";
import type { Counts } from "../post/counts.ts";
import { type Connection, type Ending, openConnection } from "./connection.ts";

export interface KeepDeps {
  readonly settings: DiscordSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: Counts;
  readonly onEvent: (name: string, data: unknown) => void;
}

/** The gateway, for as long as Piloto runs: whatever ends a connection, another one is opened after a pause. */
export interface Gateway {
  /** Resolves when it is connected, or the first try failed, or it takes longer than a few seconds. */
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly state: Pick<FaceHealth, "state" | "why" | "sinceMs">;
  /** The client of the connection that stands or is being made. */
  readonly client: Client | undefined;
}

const PAUSES_MS = [1_000, 2_000, 5_000, 15_000, 60_000];
/** A thousand identifies a day are all that Discord grants. */
const LONG_PAUSES_MS = [30_000, 120_000, 600_000, 1_800_000];
const START_MS = 10_000;
const STEADY_MS = 300_000;

export function keepConnected({ settings, clock, logger, counts, onEvent }: KeepDeps): Gateway {
  let state: FaceHealth["state"] = "off";
  let why: string | undefined;
  let sinceMs = clock.nowMs();
  let connection: Connection | undefined;
  let messageContent = settings.messageContent;
  let work: Promise<void> | undefined;
  let connectedAtMs = 0;
  let failures = 0;
  let hasStood = false;
  let told: () => void = () => {};
  const stopping = new AbortController();

  function become(next: FaceHealth["state"], because?: string): void {
    if (next !== state) sinceMs = clock.nowMs();
    state = next;
    why = because;
  }

  /** What stood for long begins anew with the shortest pause, whatever came before it. */
  function endSteadiness(): void {
    if (state === "connected" && clock.nowMs() - connectedAtMs > STEADY_MS) failures = 0;
  }

  const noContent = () =>
    settings.messageContent && !messageContent
      ? "Connected, but without the message content intent: replies in threads need a mention. Turn it on in the developer portal."
      : undefined;

  function open(): Connection {
    become("connecting", why);
    return openConnection({
      token: settings.token,
      apiUrl: settings.apiUrl,
      messageContent,
      clock,
      logger,
      counts,
      onEvent,
      onConnected() {
        if (state !== "connected") connectedAtMs = clock.nowMs();
        if (!hasStood) logger.info({}, "Discord is connected.");
        hasStood = true;
        become("connected", noContent());
        told();
      },
      onLost() {
        endSteadiness();
        become("connecting", "The connection was lost; it is being made again.");
      },
    });
  }

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      connection = open();
      const ending = await connection.ended;
      endSteadiness();
      hasStood = false;
      await connection.close();
      if (stopping.signal.aborted) return;
      become("down", ending.why);
      counts.add("connectionsEnded");
      logger.warn({ kind: ending.kind }, ending.why);
      told();
      if (ending.kind === "no-content-intent" && messageContent) {
        messageContent = false;
        continue;
      }
      failures += 1;
      await clock.sleep(pauseMs(ending, failures), stopping.signal);
    }
  }

  return {
    async start() {
      if (work) return;
      const settled = new Promise<void>((resolve) => {
        told = resolve;
      });
      work = keep();
      await Promise.race([settled, clock.sleep(START_MS, stopping.signal)]);
    },
    async stop() {
      stopping.abort();
      await connection?.close();
      await work;
      become("off");
    },
    get state() {
      return { state, why, sinceMs };
    },
    get client() {
      return connection?.client;
    },
  };
}

function pauseMs({ kind }: Ending, failures: number): number {
  const pauses = kind === "failed" ? PAUSES_MS : LONG_PAUSES_MS;
  return pauses[Math.min(failures, pauses.length) - 1] ?? pauses[0]!;
}
