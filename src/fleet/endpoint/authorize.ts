import type { IncomingMessage } from "node:http";
import type { PriorityClass } from "../schedule/shapes.ts";
import type { EndpointClients } from "./clients.ts";
import { EndpointRefusal } from "./failure-answer.ts";

/** Who asks, and how urgently. */
export interface Caller {
  readonly name: string;
  readonly class: PriorityClass;
}

const BEARER = /^bearer +([\x21-\x7e]{1,500})$/i;

/**
 * Who sent a request. The header `x-piloto-class: batch` puts it behind interactive ones; no header puts a client's
 * requests before what its token allows.
 * @throws EndpointRefusal 401
 */
export async function authorize(req: IncomingMessage, clients: EndpointClients): Promise<Caller> {
  const token = BEARER.exec(req.headers.authorization ?? "")?.[1];
  const client = token === undefined ? undefined : await clients.find(token);
  if (!client) {
    const found = req.headers.authorization === undefined ? "There is none." : "The one that came is not known.";
    throw new EndpointRefusal(
      401,
      "invalid_api_key",
      `A token of a client is needed, as "Authorization: Bearer <token>". ${found} Get one with: piloto endpoint add <name>`,
    );
  }
  const isLowered = req.headers["x-piloto-class"] === "batch";
  return { name: client.name, class: isLowered ? "batch" : client.class };
}
