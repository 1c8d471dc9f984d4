import { type Deliveries, deliveries, type Transport } from "./deliver.ts";
import { type EventOut, eventOut } from "./event-out.ts";
import type { Ground } from "./ground.ts";
import { type HttpDelivery, httpDelivery } from "./http-delivery.ts";
import { type HttpFront, openHttpFront } from "./http-front.ts";
import { rateLimits } from "./rate-limits.ts";
import type { SlackServerOptions } from "./server-shape.ts";
import { type SocketLink, socketLink } from "./socket-link.ts";
import { answerCall, type WebApiAnswer, type WebApiDeps } from "./web-api.ts";

/** The ways between Slack and the app, in both directions. */
export interface Lines {
  front: HttpFront;
  link: SocketLink;
  delivery: HttpDelivery;
  sent: Deliveries;
  events: EventOut;
  close(): Promise<void>;
}

export async function openLines(ground: Ground, options: SlackServerOptions): Promise<Lines> {
  let answer: (...asked: Asked) => WebApiAnswer = notYet;
  const front = await openHttpFront({
    ...ground,
    callMethod: (...asked) => answer(...asked),
    latencyMs: () => ground.dials.latencyMs,
    fileHost: () => ground.dials.filesLiveAt,
    onBug: (cause) => ground.bugs.push(cause),
  });
  ground.world.baseUrl = `http://127.0.0.1:${front.port}`;
  const { ackTimeoutMs = 3000, pingEveryMs = 5000, requestUrl, transport } = options;
  const onMalformed = (problem: string) => ground.book.violation("socket", problem);
  const link = socketLink(front.http, { ...ground, ackTimeoutMs, pingEveryMs, onMalformed });
  const delivery = httpDelivery({ ...ground, ackTimeoutMs, ...(requestUrl ? { requestUrl } : {}) });
  const way = transport === "http" ? delivery : shaken(link, () => ground.faults.connectionChaos());
  const sent = deliveries({
    ...ground,
    transport: () => way,
    chaos: () => ground.faults.deliveryChaos(),
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000, 300_000],
    keepLatest: options.keepLatest ?? 5000,
  });
  const events = eventOut(ground.world, (kind, team, payload) => sent.deliver(kind, team, payload));
  const api: WebApiDeps = { ...ground, events, link, limits: rateLimits(options.rateLimits, ground.nowMs) };
  answer = (method, request, body) => answerCall(api, method, request, body);
  ground.connections.describe = () =>
    `The fake Slack saw: sockets ${link.open}, deliveries ${JSON.stringify(sent.counts)}, pending ${sent.pending}`;
  return { front, link, delivery, sent, events, close: () => hangUp(ground, { front, link, delivery, sent }) };
}

type Asked = Parameters<Parameters<typeof openHttpFront>[0]["callMethod"]>;

function notYet(): never {
  throw new Error("The server was asked before it was open.");
}

async function hangUp(ground: Ground, lines: Pick<Lines, "front" | "link" | "delivery" | "sent">): Promise<void> {
  ground.changes.close();
  lines.sent.close();
  await lines.link.close();
  lines.delivery.close();
  await lines.front.close();
}

/** A link whose connections are cut or refreshed by chance after a delivery. */
function shaken(link: SocketLink, draw: () => "cut" | "refresh" | undefined): Transport {
  return {
    async send(delivery, retry) {
      const sending = link.send(delivery, retry);
      const what = draw();
      if (what === "cut") link.cut("random");
      if (what === "refresh") link.disconnect("refresh_requested");
      return sending;
    },
  };
}
