import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { valuesOf } from "./answer-lines.ts";
import { sendJson } from "./exchange.ts";
import { errorBody } from "./failure-answer.ts";
import { createGathered, objectOf } from "./ollama-sinks.ts";
import type { LastLine, Sink } from "./sink.ts";

/** What all pieces of one answer have in common. */
export interface CompletionHead {
  readonly id: string;
  readonly created: number;
  /** As the program named it. */
  readonly model: string;
}

export function newHead(model: string, nowMs: number): CompletionHead {
  return { id: `chatcmpl-${randomBytes(12).toString("hex")}`, created: Math.floor(nowMs / 1000), model };
}

const EVENTS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

/** OpenAI's stream: one event for each line of the PC, then `[DONE]`. What breaks off ends with an error event. */
export function createEventSink(
  res: ServerResponse,
  head: CompletionHead,
  { withUsage }: { readonly withUsage: boolean },
): Sink {
  const calls = createToolCalls();
  let isFirst = true;

  function chunk(choices: readonly object[], more: object = {}): string {
    const { id, created, model } = head;
    const common = { id, object: "chat.completion.chunk", created, model, system_fingerprint: "fp_ollama" };
    // OpenAI sends `usage: null` with every event but the last when usage was asked for.
    return `data: ${JSON.stringify({ ...common, choices, ...(withUsage && { usage: null }), ...more })}\n\n`;
  }

  function event(line: LastLine["value"], finish: string | null): string {
    const delta = { ...(isFirst && { role: "assistant" }), ...deltaOf(line, calls, finish === null) };
    isFirst = false;
    return chunk([{ index: 0, delta, finish_reason: finish, ...logprobsOf(line.logprobs) }]);
  }

  function begin(): void {
    if (!res.headersSent) res.writeHead(200, EVENTS);
  }

  return {
    lines(lines) {
      begin();
      let events = "";
      for (const line of valuesOf(lines)) events += event(line, null);
      return res.write(events);
    },
    onDrain: (resume) => void res.once("drain", resume),
    drop: () => void res.destroy(),
    end(last, lines) {
      begin();
      let events = "";
      for (const line of valuesOf(lines)) if (hasMessage(line)) events += event(line, null);
      // Who heard no word yet hears whose answer it is: openai's client takes no stream without a role.
      const delta = isFirst ? { role: "assistant", content: "" } : {};
      events += chunk([{ index: 0, delta, finish_reason: finishOf(last, calls.count()) }]);
      if (withUsage) events += chunk([], { usage: usageOf(last) });
      res.end(`${events}data: [DONE]\n\n`);
    },
    fail(words) {
      begin();
      res.end(`data: ${errorBody("openai", { statusCode: 502, code: "answer_cut_off", words })}\n\n`);
    },
  };
}

/** OpenAI's one object. */
export function createCompletionSink(res: ServerResponse, head: CompletionHead, mostBytes: number): Sink {
  const gathered = createGathered();
  return {
    mostBytes,
    lines(lines) {
      for (const value of valuesOf(lines)) gathered.add(value);
      return true;
    },
    onDrain() {},
    drop() {},
    end(last, lines) {
      for (const line of valuesOf(lines)) gathered.add(line);
      const calls = createToolCalls().take(gathered.toolCalls);
      const message = {
        role: "assistant",
        content: gathered.content === "" && calls.length > 0 ? null : gathered.content,
        refusal: null,
        ...(gathered.thinking !== "" && { reasoning: gathered.thinking }),
        ...(calls.length > 0 && { tool_calls: calls.map(({ index: _, ...call }) => call) }),
      };
      const logprobs = { logprobs: null, ...logprobsOf(gathered.logprobs) };
      const { id, created, model } = head;
      sendJson(res, {
        ...{ id, object: "chat.completion", created, model, system_fingerprint: "fp_ollama" },
        choices: [{ index: 0, message, ...logprobs, finish_reason: finishOf(last, calls.length) }],
        usage: usageOf(last),
      });
    },
    fail() {}, // nothing was sent: the failure is the answer
  };
}

interface CallInOpenAisWords {
  readonly index: number;
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Numbers the tool calls of one answer; arguments become JSON text. */
function createToolCalls() {
  let taken = 0;
  return {
    count: () => taken,
    take(calls: unknown): CallInOpenAisWords[] {
      if (!Array.isArray(calls)) return [];
      return calls.map((value: unknown) => {
        const call = objectOf(value);
        const asked = objectOf(call?.function);
        return {
          index: taken++,
          id: typeof call?.id === "string" && call.id !== "" ? call.id : `call_${randomBytes(6).toString("hex")}`,
          type: "function",
          function: { name: String(asked?.name ?? ""), arguments: JSON.stringify(asked?.arguments ?? {}) },
        };
      });
    },
  };
}

function deltaOf(line: LastLine["value"], calls: ReturnType<typeof createToolCalls>, withContent: boolean): object {
  const message = objectOf(line.message);
  const toolCalls = calls.take(message?.tool_calls);
  return {
    ...(withContent && { content: typeof message?.content === "string" ? message.content : "" }),
    ...(typeof message?.thinking === "string" && message.thinking !== "" && { reasoning: message.thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
}

function hasMessage(line: LastLine["value"]): boolean {
  const message = objectOf(line.message);
  return Boolean(message?.content || message?.thinking || message?.tool_calls);
}

function logprobsOf(logprobs: unknown): { readonly logprobs?: object } {
  return Array.isArray(logprobs) && logprobs.length > 0 ? { logprobs: { content: logprobs } } : {};
}

function finishOf({ value }: LastLine, toolCalls: number): "stop" | "length" | "tool_calls" {
  if (value.done_reason === "length") return "length";
  return toolCalls > 0 ? "tool_calls" : "stop";
}

function usageOf({ usage }: LastLine): object {
  const prompt = usage.promptTokens ?? 0;
  const completion = usage.answerTokens ?? 0;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
