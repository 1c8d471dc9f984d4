import { PilotoError } from "../../core/domain/errors.ts";
import type { ModelToolCall } from "../../core/ports/model-fleet.ts";
import type { NodeName } from "./fleet-failures.ts";
import {
  answerCutOff,
  cancelled,
  contextTooLarge,
  errorWords,
  isAboutContext,
  isNetworkError,
  networkWords,
  nodeFailed,
  nodeUnreachable,
} from "./fleet-failures.ts";
import type { FleetLimits, FleetTiming } from "./fleet-options.ts";
import { ChatLine, usageOf } from "./ollama-shapes.ts";
import type { PhaseTimer } from "./phase-timer.ts";
import { readNdjson, UnreadableLine } from "./read-ndjson.ts";
import type { Usage } from "./schedule/shapes.ts";

/** A complete answer of a PC. */
export interface Answer {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly stopped: "end" | "length";
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  /** What the PC reports of its work. */
  readonly usage: Usage;
}

export interface AnswerReading {
  readonly node: NodeName;
  readonly model: string;
  readonly maxTokens: number;
  readonly timer: PhaseTimer;
  readonly timing: FleetTiming;
  readonly limits: FleetLimits;
  readonly caller: AbortSignal;
  readonly onText?: (text: string) => void;
  readonly onFirst?: () => void;
}

/**
 * Reads `/api/chat`'s stream to its `done` line. Before the first token a failure is NODE_UNREACHABLE or NODE_FAILED
 * (another PC may try); after it ANSWER_CUT_OFF. More text or more pieces than `maxTokens` explain is ANSWER_TOO_LONG.
 */
export async function readAnswer(body: AsyncIterable<Uint8Array>, reading: AnswerReading): Promise<Answer> {
  const { timer, timing, limits, maxTokens, node, caller } = reading;
  const toolCalls: ModelToolCall[] = [];
  let text = "";
  let bytes = 0;
  let pieces = 0;
  try {
    for await (const value of readNdjson(body, limits.lineBytes)) {
      const line = readLine(value, reading);
      const said = line.message?.content ?? "";
      const calls = line.message?.tool_calls ?? [];
      if (said || line.message?.thinking || calls.length > 0) {
        pieces += 1;
        if (pieces === 1) reading.onFirst?.();
        timer.begin("next token", timing.stallMs);
      }
      bytes +=
        said.length + (line.message?.thinking?.length ?? 0) + (calls.length > 0 ? JSON.stringify(calls).length : 0);
      if (bytes > limits.answerBytes || pieces > maxTokens * 2 + 64) throw answerTooLong(reading, bytes, pieces);
      text += said;
      toolCalls.push(...calls.map(({ function: call }) => ({ name: call.name, args: call.arguments })));
      if (said) reading.onText?.(said);
      if (caller.aborted) throw cancelled();
      if (line.done) return finished(line, text, toolCalls);
    }
  } catch (error) {
    throw failureOf(error, pieces > 0, reading);
  }
  throw pieces > 0
    ? answerCutOff(node, "the stream ended early")
    : nodeFailed(node, "the stream ended before it began");
}

/** Deeper than any tool's arguments; what is deeper overflows the stack of whoever walks it later. */
const DEEPEST_LINE = 64;

function readLine(value: unknown, { model }: AnswerReading): ChatLine {
  if (isDeeperThan(DEEPEST_LINE, value)) throw new UnreadableLine(`a line nested deeper than ${DEEPEST_LINE}`);
  const read = ChatLine.safeParse(value);
  if (!read.success) throw new UnreadableLine("a line of the wrong shape", { cause: read.error });
  if (read.data.error === undefined || read.data.error === null) return read.data;
  const words = errorWords(JSON.stringify(value));
  throw isAboutContext(words) ? contextTooLarge(model, words) : new UnreadableLine(words);
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function finished(line: ChatLine, text: string, toolCalls: readonly ModelToolCall[]): Answer {
  return {
    text,
    toolCalls,
    stopped: line.done_reason === "length" ? "length" : "end",
    promptTokens: line.prompt_eval_count,
    answerTokens: line.eval_count,
    usage: usageOf(line),
  };
}

function failureOf(error: unknown, hasBegun: boolean, { caller, timer, node }: AnswerReading): unknown {
  if (caller.aborted) return cancelled();
  const expired = timer.expired();
  if (expired) return failureOfTime(expired, hasBegun, node);
  if (error instanceof UnreadableLine) {
    return hasBegun ? answerCutOff(node, error.message, error) : nodeFailed(node, error.message, error);
  }
  if (!isNetworkError(error)) return error;
  const why = networkWords(error);
  return hasBegun ? answerCutOff(node, why, error) : nodeUnreachable(node, why, error);
}

function failureOfTime({ phase, ms }: { phase: string; ms: number }, hasBegun: boolean, node: NodeName): PilotoError {
  const seconds = ms / 1000;
  if (!hasBegun) return nodeUnreachable(node, `no ${phase} within ${seconds} s`);
  if (phase !== "answer") return answerCutOff(node, `no ${phase} within ${seconds} s`);
  const found = `${node.name} was still answering after ${seconds} s`;
  return new PilotoError("ANSWER_TOO_LONG", `${found}. The answer was stopped; ask for less.`);
}

function answerTooLong({ node, model, maxTokens, limits }: AnswerReading, bytes: number, pieces: number): PilotoError {
  return new PilotoError(
    "ANSWER_TOO_LONG",
    `${model} on ${node.name} did not stop: ${pieces} pieces and ${bytes} bytes, where ${maxTokens} tokens and ` +
      `${limits.answerBytes} bytes were allowed. The answer was stopped.`,
  );
}
