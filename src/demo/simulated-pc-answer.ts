import type { ServerResponse } from "node:http";
import type { Clock } from "../../core/ports/clock.ts";
import type { BrainReply } from "./brain.ts";
import type { Fault } from "./simulated-pc-control.ts";

/** A piece of an answer: about one token, or the tool calls. */
export interface Part {
  readonly content?: string;
  readonly thinking?: string;
  readonly toolCalls?: BrainReply["toolCalls"];
}

export interface Pace {
  readonly prefillMs: number;
  readonly tokenMs: number;
}

/** What the last line reports. Counts in tokens, times in milliseconds of the simulated PC. */
export interface AnswerStats {
  readonly doneReason: "stop" | "length";
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly waitedMs: number;
  readonly pace: Pace;
}

/** How one endpoint writes its lines. */
export interface AnswerShape {
  line(part: Part): unknown;
  last(stats: AnswerStats): unknown;
  whole(parts: readonly Part[], stats: AnswerStats): unknown;
}

export interface AnswerPlan {
  readonly reply: BrainReply;
  readonly promptTokens: number;
  /** Tokens it may generate; Infinity for a model that ignores its limit. */
  readonly maxTokens: number;
  readonly pace: Pace;
  readonly waitedMs: number;
  readonly stream: boolean;
  readonly fault: Fault | undefined;
}

/** `sent`: complete. `faulted`: ended as a fault asked. `left`: the client went away. */
export type AnswerEnd = "sent" | "faulted" | "left";

/**
 * Sends an answer the way Ollama does: headers with the first token, one JSON object a line, the last with `done`;
 * or, without `stream`, one object once all is there. Stops when `signal` aborts (the client left).
 */
export async function sendAnswer(
  res: ServerResponse,
  shape: AnswerShape,
  plan: AnswerPlan,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<AnswerEnd> {
  await clock.sleep(plan.pace.prefillMs, signal);
  const parts: Part[] = [];
  let answerTokens = 0;
  for (const part of partsOf(plan.reply)) {
    if (plan.fault && faultIsDue(plan.fault, answerTokens)) {
      const end = await playFault(res, plan.fault, signal);
      if (end) return end;
    }
    if (answerTokens >= plan.maxTokens) break;
    await pause(plan.pace.tokenMs, answerTokens, clock, signal);
    if (signal.aborted) return "left";
    answerTokens += 1;
    if (plan.stream) await writeLine(res, shape.line(part), signal);
    else parts.push(part);
  }
  if (plan.fault && faultIsDue(plan.fault, answerTokens)) {
    const end = await playFault(res, plan.fault, signal);
    if (end) return end;
  }
  const stats: AnswerStats = { ...plan, doneReason: answerTokens >= plan.maxTokens ? "length" : "stop", answerTokens };
  if (plan.stream) {
    await writeLine(res, shape.last(stats), signal);
    res.end();
  } else {
    res.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(shape.whole(parts, stats)));
  }
  return "sent";
}

function* partsOf(reply: BrainReply): Generator<Part> {
  for (const thinking of split(reply.thinking ?? "")) yield { thinking };
  for (const content of split(reply.text ?? "")) yield { content };
  if (reply.toolCalls?.length) yield { toolCalls: reply.toolCalls };
  while (reply.endless) yield { content: "and so on " };
}

const split = (text: string) => text.match(/\s*\S+|\s+$/g) ?? [];

/** Whether a fault is meant for now, with `sent` chunks on their way. */
export const faultIsDue = (fault: Fault, sent: number) => "chunks" in fault && fault.chunks === sent;

/** Does what a fault asks, on a stream of lines; `undefined`: the answer goes on. */
export async function playFault(
  res: ServerResponse,
  fault: Fault,
  signal: AbortSignal,
): Promise<AnswerEnd | undefined> {
  if (!res.headersSent) res.setHeader("content-type", "application/x-ndjson");
  switch (fault.kind) {
    case "error-line":
      res.end(`${JSON.stringify({ error: fault.error })}\n`);
      return "faulted";
    case "end-without-done":
      res.end();
      return "faulted";
    case "disconnect":
      // What was written leaves before the connection goes.
      await new Promise((resolve) => setTimeout(resolve, 1));
      res.socket?.destroy();
      return "faulted";
    case "hang":
      await aborted(signal);
      return "left";
    case "insert":
      res.write(fault.text);
      return undefined;
    case "giant-line":
      for (let sent = 0; sent < fault.bytes && !signal.aborted; sent += 65_536) {
        await write(res, "x".repeat(65_536), signal);
      }
      res.end();
      return "faulted";
    default:
      return undefined;
  }
}

/** One JSON line; headers go with the first. */
export function writeLine(res: ServerResponse, value: unknown, signal: AbortSignal): Promise<void> {
  if (!res.headersSent) res.setHeader("content-type", "application/x-ndjson");
  return write(res, `${JSON.stringify(value)}\n`, signal);
}

async function write(res: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (res.write(text) || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      res.off("drain", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    res.once("drain", go);
    signal.addEventListener("abort", go, { once: true });
  });
}

/** At full speed other connections still get their turn now and then. */
async function pause(tokenMs: number, count: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (tokenMs > 0) await clock.sleep(tokenMs, signal);
  else if (count % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
