import type { ServerResponse } from "node:http";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Caller } from "./authorize.ts";
import type { EndpointFleet } from "./endpoint-fleet.ts";
import type { RelayDeps } from "./relay-answer.ts";

/** One request of a program whose token is known. */
export interface Exchange {
  readonly caller: Caller;
  /** `x-piloto-affinity`, where it was sent. */
  readonly affinity: string | undefined;
  /** The body as text; empty for GET. */
  readonly body: string;
  /** What stands behind the route's path: `/v1/models/<this>`. */
  readonly rest: string;
  readonly res: ServerResponse;
  /** Aborts when the program leaves, at every stage, and when the endpoint closes. */
  readonly signal: AbortSignal;
}

export interface RouteDeps extends RelayDeps {
  readonly fleet: EndpointFleet;
  readonly logger: Logger;
}

/** Answers one request. A failure that is thrown becomes the answer, in the dialect of the route. */
export type Route = (exchange: Exchange, deps: RouteDeps) => Promise<void>;

export function sendJson(res: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body); // first: what cannot be written must not leave half an answer
  res.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(text);
}
