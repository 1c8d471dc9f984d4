import { psBody, showBody, tagsBody } from "../../../src/demo/simulated-pc-catalogue.ts";
import type { Resident } from "../../../src/demo/simulated-pc-rules.ts";
import type { SimulatedPc } from "../../../src/demo/simulated-pc-spec.ts";
import type { PcAsk } from "./pc-ask.ts";
import { readAsk } from "./pc-ask.ts";
import { bareLine, embeddings, lastLine, tokenLine } from "./pc-lines.ts";
import type { PcEvent } from "./pc-shapes.ts";

/** What is written to a client: the whole answer, or the rest of one whose headers have left. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly isText?: boolean;
}

const BUSY = "server busy, please try again.  maximum pending requests exceeded";
const GONE = "an error was encountered while running the model: unexpected EOF";

const json = (status: number, value: unknown): Reply => ({ status, body: JSON.stringify(value) });

/** The answer to a body that cannot be read. */
export const BAD_BODY = json(400, { error: "invalid request body" });

/** The answers that need no slot: `/api/ps`, `/api/tags`, `/api/show`, `/api/version` and `/`. */
export function lookReply(
  route: string,
  text: string,
  facts: Required<SimulatedPc>,
  resident: () => readonly Resident[],
): Reply {
  switch (route) {
    case "GET /api/ps":
      return json(200, psBody(facts, resident(), Date.now()));
    case "GET /api/tags":
      return json(200, tagsBody(facts));
    case "GET /api/version":
      return json(200, { version: facts.version });
    case "GET /":
      return { status: 200, body: "Ollama is running", isText: true };
    case "POST /api/show": {
      const wanted = readAsk("chat", text)?.request.model ?? "";
      const found = facts.models.find(({ name }) => name === wanted);
      return found ? json(200, showBody(found)) : json(404, { error: `model '${wanted}' not found` });
    }
    default:
      return { status: 404, body: "404 page not found", isText: true };
  }
}

/** How a request ends after `sentTokens` of its answer have left; `undefined`: the connection is cut. */
export function endReply(ask: PcAsk, sentTokens: number, event: Extract<PcEvent, { id: number }>): Reply | undefined {
  switch (event.kind) {
    case "done":
      return { status: 200, body: answer(ask, sentTokens, event) };
    case "busy":
      return json(503, { error: BUSY });
    case "missing":
      return json(404, { error: `model '${ask.request.model}' not found` });
    case "broken":
      return json(500, { error: GONE });
    case "error-line":
      return { status: 500, body: `${JSON.stringify({ error: GONE })}\n` };
    default:
      return undefined;
  }
}

function answer(ask: PcAsk, sentTokens: number, { usage }: Extract<PcEvent, { kind: "done" }>): string {
  if (ask.request.isBare) return bareLine(ask, "load");
  if (ask.shape === "embed") return embeddings(ask, usage);
  if (!ask.isStream) return lastLine(ask, usage, usage.answerTokens);
  const more = usage.answerTokens - sentTokens;
  return (more > 0 ? tokenLine(ask, more) : "") + lastLine(ask, usage, 0);
}
