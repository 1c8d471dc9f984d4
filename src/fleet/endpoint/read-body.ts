import type { IncomingMessage } from "node:http";
import { EndpointRefusal } from "./failure-answer.ts";
import type { EndpointLimits } from "./limits.ts";

export interface TakenBody {
  readonly text: string;
  readonly bytes: number;
}

/** Reads bodies of requests, and knows how much of them is held at once. */
export interface BodyReader {
  /**
   * The body as text; it counts as held until `letGo` is called with its size.
   * @throws EndpointRefusal 413 | 503, when all of it has come: a program that still sends reads no answer
   */
  read(req: IncomingMessage): Promise<TakenBody>;
  letGo(bytes: number): void;
}

export function createBodyReader({ bodyBytes, heldBytes }: EndpointLimits): BodyReader {
  let held = 0;

  function read(req: IncomingMessage): Promise<TakenBody> {
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      let bytes = 0;
      let refusal: EndpointRefusal | undefined;
      const drop = () => {
        held -= bytes;
        bytes = 0;
        chunks = [];
      };
      req.on("data", (chunk: Buffer) => {
        if (refusal) return;
        held += chunk.length;
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > bodyBytes) refusal = tooLarge(bodyBytes);
        else if (held > heldBytes) refusal = tooMuchHeld();
        if (refusal) drop();
      });
      req.on("end", () => {
        if (refusal) return reject(refusal);
        resolve({ text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString("utf8"), bytes });
      });
      req.on("error", (error) => {
        drop();
        reject(error);
      });
    });
  }

  return {
    read,
    letGo(bytes) {
      held -= bytes;
    },
  };
}

function tooLarge(limit: number): EndpointRefusal {
  const words = `The request body is larger than ${limit} bytes. Send less: shorter messages, smaller images.`;
  return new EndpointRefusal(413, "request_too_large", words);
}

function tooMuchHeld(): EndpointRefusal {
  return new EndpointRefusal(503, "fleet_busy", "Too many large requests wait at once. Try again later.");
}
