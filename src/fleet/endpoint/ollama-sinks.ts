import type { ServerResponse } from "node:http";
import { valuesOf } from "./answer-lines.ts";
import { sendJson } from "./exchange.ts";
import type { LastLine, Sink } from "./sink.ts";

const NDJSON = { "content-type": "application/x-ndjson" };

/** Ollama's stream as the PC wrote it; headers go with the first token, as Ollama sends them. */
export function createStreamSink(res: ServerResponse): Sink {
  return {
    lines(lines) {
      if (!res.headersSent) res.writeHead(200, NDJSON);
      return res.write(lines);
    },
    onDrain: (resume) => void res.once("drain", resume),
    drop: () => void res.destroy(),
    end(_, lines) {
      if (res.headersSent) return void res.end(lines);
      res.setHeader("content-type", NDJSON["content-type"]);
      // One string with the headers makes one write of it all; latin1 leaves the bytes as they are.
      res.end(lines.toString("latin1"), "latin1");
    },
    fail(words) {
      if (!res.headersSent) res.writeHead(200, NDJSON);
      res.end(`${JSON.stringify({ error: words })}\n`);
    },
  };
}

/** Ollama's one object for `stream: false`, put together as Ollama does it. */
export function createWholeSink(res: ServerResponse, path: "/api/chat" | "/api/generate", mostBytes: number): Sink {
  const gathered = createGathered();
  return {
    mostBytes,
    lines(lines) {
      for (const value of valuesOf(lines)) gathered.add(value);
      return true;
    },
    onDrain() {},
    drop() {},
    end({ value }, lines) {
      for (const line of valuesOf(lines)) gathered.add(line);
      const whole = path === "/api/chat" ? gathered.chat(value) : gathered.generate(value);
      sendJson(res, whole);
    },
    fail() {}, // nothing was sent: the failure is the answer
  };
}

/** An answer's pieces. */
export interface Gathered {
  add(line: LastLine["value"]): void;
  /** The last line of `/api/chat` with all of the message. */
  chat(last: LastLine["value"]): Record<string, unknown>;
  /** The last line of `/api/generate` with all of the response. */
  generate(last: LastLine["value"]): Record<string, unknown>;
  readonly content: string;
  readonly thinking: string;
  readonly toolCalls: readonly unknown[];
  readonly logprobs: readonly unknown[];
}

export function createGathered(): Gathered {
  let content = "";
  let thinking = "";
  const toolCalls: unknown[] = [];
  const logprobs: unknown[] = [];
  const more = () => ({ ...(logprobs.length > 0 && { logprobs }) });
  const said = () => ({
    ...(thinking !== "" && { thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  });
  return {
    add(line) {
      const message = objectOf(line.message);
      content += textOf(message?.content) + textOf(line.response);
      thinking += textOf(message?.thinking) + textOf(line.thinking);
      for (const calls of [message?.tool_calls, line.tool_calls]) if (Array.isArray(calls)) toolCalls.push(...calls);
      if (Array.isArray(line.logprobs)) logprobs.push(...line.logprobs);
    },
    chat: (last) => ({
      ...last,
      message: { role: "assistant", ...objectOf(last.message), content, ...said() },
      ...more(),
    }),
    generate: (last) => ({ ...last, response: content, ...said(), ...more() }),
    get content() {
      return content;
    },
    get thinking() {
      return thinking;
    },
    toolCalls,
    logprobs,
  };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
