import { createHmac } from "node:crypto";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { Ack, Delivery, Transport } from "./deliver.ts";
import type { World } from "./world.ts";

/** How a delivery can be spoilt, to see that the app refuses it. */
export interface Spoilt {
  /** `wrong` signs with another secret, `none` leaves both headers out. */
  signature?: "wrong" | "none";
  /** Moves the signed timestamp, e.g. -600 for ten minutes old. */
  skewSec?: number;
  /** Sent in place of the payload. */
  body?: string;
}

/** The app's request URL, and the last thing it answered. */
export interface HttpDelivery extends Transport {
  requestUrl: string | undefined;
  /** Sends once, spoilt as told; gives the app's HTTP status and body. */
  sendSpoilt(delivery: Pick<Delivery, "kind" | "payload">, spoilt: Spoilt): Promise<{ status: number; body: string }>;
  close(): void;
}

/**
 * Posts payloads to the app's request URL, signed with v0. An event counts as acknowledged by any 2xx within the
 * time; `X-Slack-No-Retry: 1` on another status stops the retries.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack (2026-11-21).
 */
export function httpDelivery(options: { world: World; ackTimeoutMs: number; requestUrl?: string }): HttpDelivery {
  const { world } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });

  function post(body: string, headers: Record<string, string>, url: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sending = request(url, { method: "POST", agent, headers, timeout: options.ackTimeoutMs }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      });
      sending.on("timeout", () => sending.destroy(new Error("http_timeout")));
      sending.on("error", reject);
      sending.end(body);
    });
  }

  function signed(body: string, contentType: string, spoilt: Spoilt = {}): Record<string, string> {
    const at = String(Math.floor(world.nowMs() / 1000) + (spoilt.skewSec ?? 0));
    const secret = spoilt.signature === "wrong" ? "another secret" : world.signingSecret;
    const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
    const plain = { "content-type": contentType, "content-length": String(Buffer.byteLength(body)) };
    if (spoilt.signature === "none") return plain;
    return { ...plain, "x-slack-request-timestamp": at, "x-slack-signature": signature };
  }

  const delivery: HttpDelivery = {
    requestUrl: options.requestUrl,
    async send(sent, retry) {
      if (!delivery.requestUrl) return { acked: false, reason: "no_request_url" };
      const { body, contentType } = bodyOf(sent);
      const headers = signed(body, contentType);
      if (retry) {
        headers["x-slack-retry-num"] = String(retry.attempt);
        headers["x-slack-retry-reason"] = retry.reason;
      }
      const sentAt = performance.now();
      try {
        return readAnswer(await post(body, headers, delivery.requestUrl), performance.now() - sentAt);
      } catch (cause) {
        const reason =
          cause instanceof Error && cause.message === "http_timeout" ? "http_timeout" : "connection_failed";
        return { acked: false, reason };
      }
    },
    async sendSpoilt(sent, spoilt) {
      const { body, contentType } = bodyOf(sent);
      const text = spoilt.body ?? body;
      return post(text, signed(text, contentType, spoilt), delivery.requestUrl ?? "");
    },
    close() {
      agent.destroy();
    },
  };
  return delivery;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function bodyOf({ kind, payload }: Pick<Delivery, "kind" | "payload">): { body: string; contentType: string } {
  const form = "application/x-www-form-urlencoded";
  if (kind === "events_api") return { body: JSON.stringify(payload), contentType: "application/json" };
  if (kind === "interactive") {
    return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), contentType: form };
  }
  const fields = Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]);
  return { body: new URLSearchParams(fields).toString(), contentType: form };
}

function readAnswer({ status, headers, body }: Answer, tookMs: number): Ack {
  if (status >= 200 && status < 300) return { acked: true, tookMs, ...(body ? { response: readBody(body) } : {}) };
  return { acked: false, reason: "http_error", ...(headers["x-slack-no-retry"] === "1" ? { noRetry: true } : {}) };
}

/** JSON when it is JSON; else the text, which Slack shows for a slash command. */
function readBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    if (cause instanceof SyntaxError) return { text: body };
    throw cause;
  }
}
