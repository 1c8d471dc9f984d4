import type { App, Receiver } from "@slack/bolt";
import { acknowledgeFirst } from "./acknowledge-first.ts";
import { type ExplainedFailure, explainCode } from "./explain-failure.ts";
import type { FaceState } from "./face-state.ts";
import { oneConnection, type SocketDeps, type Went } from "./socket-connection.ts";

export interface SocketReceiverOptions extends Omit<SocketDeps, "deliver" | "onUnreadable"> {
  readonly state: FaceState;
  /** A connection stands again after none stood for longer than `gapMs`, or all were renewed. */
  readonly onGap: () => void;
}

/** After a connection that stood this long, the next one is opened without a pause. */
const STOOD_MS = 1_000;

/**
 * Socket Mode for Bolt over several connections at once, so that one is there while another is renewed: the package's
 * own receiver is without any for up to five seconds then (socket-mode 3.1.0). Each connection is opened again for
 * ever, with growing pauses and jitter; no failure of it is fatal.
 */
export class SocketReceiver implements Receiver {
  readonly #options: SocketReceiverOptions;
  readonly #ending = new AbortController();
  #app: App | undefined;
  #open = 0;
  #downSinceMs: number | undefined;
  #hasStood = false;
  #renewed = new Set<number>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: SocketReceiverOptions) {
    this.#options = options;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves when the first connection stands, or when the first try has failed: it goes on trying. */
  start(): Promise<void> {
    const { state, logger, limits } = this.#options;
    const app = this.#app;
    if (!app) throw new Error("Bolt has not taken this receiver.");
    const deps: SocketDeps = {
      ...this.#options,
      deliver: acknowledgeFirst(app, logger, state),
      onUnreadable: () => {
        state.count("unreadable");
        logger.warn({}, "Slack sent an envelope that nobody can read.");
      },
    };
    return new Promise((resolve) => {
      const slots = Array.from({ length: Math.max(1, limits.connections) }, (_, slot) => slot);
      this.#running = Promise.all(slots.map((slot) => this.#keepOpen(slot, deps, resolve)));
    });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #keepOpen(slot: number, deps: SocketDeps, onFirst: () => void): Promise<void> {
    const { signal } = this.#ending;
    const { clock, limits } = deps;
    let failures = 0;
    while (!signal.aborted) {
      const onOpen = () => {
        this.#opened(slot);
        onFirst();
      };
      const went = await oneConnection(deps, onOpen, signal);
      if (went.kind === "ended") this.#ended(slot, went);
      else if (!signal.aborted) this.#failed(went.failure);
      onFirst();
      failures = went.kind === "ended" && went.livedMs >= STOOD_MS ? 0 : failures + 1;
      const asked = went.kind === "failed" ? (went.failure.retryAfterMs ?? 0) : 0;
      await clock.sleep(Math.max(asked, pauseMs(failures, limits)), signal);
    }
  }

  #opened(slot: number): void {
    const { state, clock, limits, onGap, logger } = this.#options;
    this.#open += 1;
    state.set("connected");
    const goneMs = this.#downSinceMs === undefined ? 0 : clock.nowMs() - this.#downSinceMs;
    this.#downSinceMs = undefined;
    if (this.#hasStood) this.#renewed.add(slot);
    const isGap = goneMs > limits.gapMs || this.#renewed.size >= limits.connections;
    if (!this.#hasStood) logger.info({}, "Slack is connected.");
    this.#hasStood = true;
    if (!isGap) return;
    this.#renewed.clear();
    state.count("gaps");
    onGap();
  }

  #ended(slot: number, { reason, livedMs }: Extract<Went, { kind: "ended" }>): void {
    const { state, clock, logger } = this.#options;
    this.#open -= 1;
    if (this.#ending.signal.aborted) return;
    state.count("reconnects");
    logger.info({ slot, reason, livedMs }, "A connection to Slack ended and is opened again.");
    if (this.#open > 0) return;
    this.#downSinceMs = clock.nowMs();
    const { why, needsPerson } = explainCode(reason);
    state.set(
      needsPerson ? "down" : "connecting",
      needsPerson ? why : "The connection to Slack ended; it is opened again.",
    );
  }

  #failed({ code, why, needsPerson }: ExplainedFailure): void {
    const { state, logger } = this.#options;
    state.count("connectFailures");
    logger.warn({ code }, `Slack could not be connected. ${why}`);
    if (this.#open === 0) state.set(needsPerson ? "down" : "connecting", why);
  }
}

/** Grows from the first pause to the longest, at random between half of it and all: many processes do not march in step. */
function pauseMs(failures: number, { firstPauseMs, longestPauseMs }: SocketDeps["limits"]): number {
  if (failures === 0) return 0;
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 16));
  return whole * (0.5 + Math.random() / 2);
}
