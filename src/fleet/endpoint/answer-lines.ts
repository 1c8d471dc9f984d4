import { errorWords } from "../fleet-failures.ts";
import { usageOf } from "../ollama-shapes.ts";
import type { LastLine } from "./sink.ts";

const NEWLINE = 10;
const ERROR = Buffer.from('{"error"');
/** As Ollama writes it, and as a proxy before it may. */
const DONE = [Buffer.from('"done":true'), Buffer.from('"done": true')];

/** An error line, as Ollama ends an answer that fails under way: where it begins and what it says, shortened. */
export function errorLineIn(lines: Buffer): { readonly at: number; readonly words: string } | undefined {
  for (let at = lines.indexOf(ERROR); at >= 0; at = lines.indexOf(ERROR, at + 1)) {
    if (at > 0 && lines[at - 1] !== NEWLINE) continue;
    const end = lines.indexOf(NEWLINE, at);
    const words = errorWords(lines.toString("utf8", at, end < 0 ? lines.length : end));
    return { at, words: words || "an error without words" };
  }
  return undefined;
}

/**
 * The last of these lines, when it says that the answer is complete. Most pieces of an answer are not: a search for
 * the bytes tells, and only what has them is parsed (a tool's arguments may have them as well).
 */
export function readLastLine(lines: Buffer): LastLine | undefined {
  if (DONE.every((mark) => lines.indexOf(mark) < 0)) return undefined;
  const at = lines.lastIndexOf(NEWLINE, lines.length - 2) + 1;
  const value = parseObject(lines.toString("utf8", at));
  if (value?.done !== true) return undefined;
  return { value, usage: usageOf(reported(value)) };
}

/** Whole lines as values; what is no JSON object is left out, as Ollama's own client does. */
export function valuesOf(lines: Buffer): Readonly<Record<string, unknown>>[] {
  const values: Readonly<Record<string, unknown>>[] = [];
  for (const line of lines.toString("utf8").split("\n")) {
    const value = parseObject(line);
    if (value) values.push(value);
  }
  return values;
}

function reported(value: Readonly<Record<string, unknown>>) {
  const count = (key: string) => {
    const found = value[key];
    // A PC that writes 1e999 tokens must not teach the scheduler that.
    return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
  };
  return {
    prompt_eval_count: count("prompt_eval_count"),
    eval_count: count("eval_count"),
    total_duration: count("total_duration"),
    load_duration: count("load_duration"),
    prompt_eval_duration: count("prompt_eval_duration"),
    eval_duration: count("eval_duration"),
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (line.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not JSON: the caller decides what that means
  }
}
