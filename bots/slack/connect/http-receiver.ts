import type { IncomingMessage, ServerResponse } from "node:http";
import { type App, HTTPModuleFunctions, isRawBodyError, type Receiver } from "@slack/bolt";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { SlackLimits } from "../slack-settings.ts";
import { acknowledgeFirst, type Deliver } from "./acknowledge-first.ts";
import { withoutTokens } from "./explain-failure.ts";
import type { FaceState } from "./face-state.ts";

export interface HttpReceiverOptions {
  readonly signingSecret: string;
  readonly limits: SlackLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: FaceState;
}

const MOST_BYTES = 1_000_000;
/** Bolt takes a signature for five minutes; it is remembered for longer. */
const REMEMBERED_MS = 660_000;
const MOST_REMEMBERED = 50_000;

/**
 * Slack's signed deliveries over HTTP, for Bolt: its own checks (signature, at most five minutes old), and those that
 * it lacks: nothing from the future, and no signed request twice. What can never be right is refused with
 * `X-Slack-No-Retry`. Listens to nothing by itself: `answer` is called by the listener.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack (2026-11-21).
 */
export class HttpReceiver implements Receiver {
  readonly #options: HttpReceiverOptions;
  readonly #seen = new Map<string, number>();
  #deliver: Deliver | undefined;
  #isOpen = false;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
  }

  init(app: App): void {
    this.#deliver = acknowledgeFirst(app, this.#options.logger, this.#options.state);
  }

  async start(): Promise<void> {
    this.#isOpen = true;
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
  }

  /** Answers one POST of Slack's. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state, logger } = this.#options;
    if (!this.#isOpen) return end(response, 503);
    try {
      const read = await this.#read(request);
      if (read.kind === "delivery") return await this.#hand(read.body, request, response);
      if (read.kind === "ssl-check") return end(response, 200);
      if (read.kind === "url-verification") {
        return HTTPModuleFunctions.buildUrlVerificationResponse(response, { challenge: read.challenge });
      }
      state.count("refused");
      logger.warn({ status: read.status }, `A request to Slack's address was refused: ${withoutTokens(read.why)}`);
      // What is left of the body is not waited for.
      request.resume();
      end(response, read.status, { "X-Slack-No-Retry": "1", Connection: "close" });
    } catch (error) {
      // The caller went away, or a bug: Slack tries again.
      logger.error({ error: withoutTokens(String(error)) }, "A request to Slack's address could not be answered.");
      if (!response.headersSent) end(response, 500);
    }
  }

  async #read(request: IncomingMessage): Promise<Read> {
    const { signingSecret, clock, limits } = this.#options;
    const aheadMs = Number(request.headers["x-slack-request-timestamp"]) * 1000 - clock.nowMs();
    if (aheadMs > limits.futureMs) return refused(401, "it is dated in the future; is a clock wrong?");
    try {
      const given = { signingSecret, bodyLimit: MOST_BYTES };
      const buffered = await HTTPModuleFunctions.parseAndVerifyHTTPRequest(given, request);
      return readBody(HTTPModuleFunctions.parseHTTPRequestBody(buffered));
    } catch (error) {
      if (error instanceof SyntaxError) return refused(400, "its body is not JSON");
      if (isRawBodyError(error) && error.type === "entity.too.large") return refused(413, "it is too large");
      return refused(401, error instanceof Error ? error.message : String(error));
    }
  }

  async #hand(body: Record<string, unknown>, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state } = this.#options;
    if (!this.#isNew(String(request.headers["x-slack-signature"]))) {
      state.count("duplicates");
      return end(response, 200);
    }
    await this.#deliver?.({
      body,
      ack: async (answer?: unknown) => acknowledge(response, answer),
      retryNum: HTTPModuleFunctions.extractRetryNumFromHTTPRequest(request),
      retryReason: HTTPModuleFunctions.extractRetryReasonFromHTTPRequest(request),
    });
  }

  /** Whether no request with this (checked) signature came before. */
  #isNew(signature: string): boolean {
    const nowMs = this.#options.clock.nowMs();
    for (const [old, atMs] of this.#seen) {
      if (nowMs - atMs < REMEMBERED_MS && this.#seen.size < MOST_REMEMBERED) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(signature)) return false;
    this.#seen.set(signature, nowMs);
    return true;
  }
}

type Read =
  | { readonly kind: "delivery"; readonly body: Record<string, unknown> }
  | { readonly kind: "ssl-check" }
  | { readonly kind: "url-verification"; readonly challenge: string }
  | { readonly kind: "refused"; readonly status: number; readonly why: string };

const refused = (status: number, why: string): Read => ({ kind: "refused", status, why });

function readBody(value: unknown): Read {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refused(400, "it is no object");
  const body = value as Record<string, unknown>;
  if (body.ssl_check === "1") return { kind: "ssl-check" };
  if (body.type === "url_verification") {
    return { kind: "url-verification", challenge: String(body.challenge).slice(0, 500) };
  }
  return { kind: "delivery", body };
}

function acknowledge(response: ServerResponse, answer: unknown): void {
  if (response.writableEnded || response.destroyed) throw new Error("the request is over");
  if (answer === undefined || answer === "") end(response, 200);
  else if (typeof answer === "string")
    response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(answer);
  else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
}

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end();
}
