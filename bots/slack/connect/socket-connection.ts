import type { ReceiverEvent } from "@slack/bolt";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { asSlackLogger } from "../post/slack-client.ts";
import type { SlackLimits } from "../slack-settings.ts";
import type { Deliver } from "./acknowledge-first.ts";
import { type ExplainedFailure, explainCode, explainFailure } from "./explain-failure.ts";
import { TOLD_TO_GO, UNREADABLE, WatchedSocket } from "./watched-socket.ts";

export interface SocketDeps {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly limits: SlackLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deliver: Deliver;
  /** An envelope that nobody could read. */
  readonly onUnreadable: () => void;
}

/** How one connection went: it stood and ended, or it never stood. */
export type Went =
  | { readonly kind: "ended"; readonly reason: string; readonly livedMs: number }
  | { readonly kind: "failed"; readonly failure: ExplainedFailure };

const OPEN_WITHIN_MS = 10_000;

/**
 * Opens one Socket Mode connection and resolves when it is over, whatever ended it: never rejects. As soon as Slack
 * asks to reconnect it counts as over, while the package still closes it.
 */
export async function oneConnection(deps: SocketDeps, onOpen: () => void, signal: AbortSignal): Promise<Went> {
  const { appToken, apiUrl, limits, clock, logger } = deps;
  const socket = new WatchedSocket({
    appToken,
    logger: asSlackLogger(logger),
    serverPingTimeout: limits.silenceMs,
    clientPingTimeout: Math.min(5_000, limits.silenceMs),
    clientOptions: {
      slackApiUrl: apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: OPEN_WITHIN_MS,
    },
  });
  socket.on("slack_event", (given: Envelope) => void deps.deliver(asReceiverEvent(given)));
  socket.on(UNREADABLE, (envelopeId?: unknown) => {
    deps.onUnreadable();
    if (typeof envelopeId !== "string") return;
    socket.acknowledge(envelopeId).catch((error: unknown) => logger.info({ error: String(error) }, LOST));
  });
  const over = new Promise<string>((resolve) => {
    socket.once(TOLD_TO_GO, resolve);
    socket.once("disconnected", () => resolve("closed"));
  });
  const ending = untilAborted(signal);
  try {
    return await live(socket, { over: Promise.race([over, ending.promise]), onOpen, clock });
  } finally {
    ending.forget();
    close(socket, logger);
  }
}

/** Nobody waits: the package resolves only after Slack's close frame. A try that is still under way ends as well. */
function close(socket: WatchedSocket, logger: Logger): void {
  const leave = () =>
    void socket.disconnect().catch((error: unknown) => {
      logger.info({ error: String(error) }, "A connection to Slack did not close in order.");
    });
  socket.once("connecting", () => setImmediate(leave));
  leave();
}

const LOST = "An acknowledgement did not reach Slack.";

interface Life {
  /** Why it ended. */
  readonly over: Promise<string>;
  readonly onOpen: () => void;
  readonly clock: Clock;
}

async function live(socket: WatchedSocket, { over, onOpen, clock }: Life): Promise<Went> {
  const opened = socket.start().then(
    () => "open" as const,
    (error: unknown) => explainFailure(error ?? new Error("the connection was closed before it stood")),
  );
  const tooLong = new AbortController();
  const slow = clock.sleep(OPEN_WITHIN_MS, tooLong.signal).then(() => explainCode("no_hello"));
  const first = await Promise.race([opened, over.then(explainCode), slow]);
  tooLong.abort();
  if (first !== "open") return { kind: "failed", failure: first };
  const beganMs = clock.nowMs();
  onOpen();
  const reason = await over;
  return { kind: "ended", reason, livedMs: clock.nowMs() - beganMs };
}

function untilAborted(signal: AbortSignal): { promise: Promise<string>; forget: () => void } {
  let end: () => void = () => undefined;
  const promise = new Promise<string>((resolve) => {
    end = () => resolve("stopping");
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
  return { promise, forget: () => signal.removeEventListener("abort", end) };
}

interface Envelope {
  readonly body: Record<string, unknown>;
  readonly ack: (response?: unknown) => Promise<void>;
  readonly retry_num?: number;
  readonly retry_reason?: string;
}

/** As Bolt's own receiver hands it on. */
function asReceiverEvent({ body, ack, retry_num, retry_reason }: Envelope): ReceiverEvent {
  return { body, ack, retryNum: retry_num, retryReason: retry_reason };
}
