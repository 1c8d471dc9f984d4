import azure from "./trace-azure-conv.json" with { type: "json" };

/** One request of a trace. */
export interface TraceRow {
  /** Since the first row. */
  readonly atMs: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Of the prompt's blocks, where the trace tells them. */
  readonly hashIds?: readonly number[];
}

/**
 * The built-in trace: arrivals and lengths of 11,000 real chat requests (Azure LLM inference trace 2023, conversation;
 * CC-BY-4.0; source and changes stand in the file).
 */
export function azureConversation(): TraceRow[] {
  let atMs = 0;
  return azure.rows.split(" ").map((row) => {
    const [sinceMs, promptTokens, answerTokens] = row.split(",").map(Number) as [number, number, number];
    atMs += sinceMs;
    return { atMs, promptTokens, answerTokens };
  });
}

/**
 * Reads a trace: CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens (as Azure publishes them), or one
 * JSON object a line with `timestamp` (ms), `input_length`, `output_length` and, if known, `hash_ids` (as Mooncake
 * publishes them). Rows are sorted by time.
 * @throws Error with the number of the line that cannot be read, what was wanted and what was found
 */
export function readTrace(text: string): TraceRow[] {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const rows = first.trimStart().startsWith("{") ? jsonRows(lines) : csvRows(lines);
  if (rows.length < 2) throw new Error(`A trace needs two requests at least, this one has ${rows.length}.`);
  rows.sort((a, b) => a.atMs - b.atMs);
  const startMs = rows[0]!.atMs;
  return rows.map((row) => ({ ...row, atMs: row.atMs - startMs }));
}

function jsonRows(lines: readonly string[]): TraceRow[] {
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const value = parseObject(line, index + 1);
    return {
      atMs: numberOf(value.timestamp, "timestamp", index + 1),
      promptTokens: tokensOf(value.input_length, "input_length", index + 1),
      answerTokens: tokensOf(value.output_length, "output_length", index + 1),
      ...(value.hash_ids !== undefined && { hashIds: idsOf(value.hash_ids, index + 1) }),
    };
  });
}

function csvRows(lines: readonly string[]): TraceRow[] {
  const names = (lines[0] ?? "").split(",").map((name) => name.trim().toLowerCase());
  const columns = ["timestamp", "contexttokens", "generatedtokens"].map((name) => names.indexOf(name));
  if (columns.includes(-1)) {
    throw new Error(`Line 1: wanted the columns TIMESTAMP,ContextTokens,GeneratedTokens, found "${lines[0] ?? ""}".`);
  }
  const [time, prompt, answer] = columns as [number, number, number];
  return lines.slice(1).flatMap((line, index) => {
    if (line.trim() === "") return [];
    const cells = line.split(",");
    return {
      atMs: timeOf(cells[time], index + 2),
      promptTokens: tokensOf(cells[prompt], "ContextTokens", index + 2),
      answerTokens: tokensOf(cells[answer], "GeneratedTokens", index + 2),
    };
  });
}

/** `2023-11-16 18:15:46.6805900` (UTC): Date reads three digits of a second. */
function timeOf(cell: string | undefined, line: number): number {
  const match = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?/.exec(cell ?? "");
  const seconds = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN;
  if (Number.isNaN(seconds)) {
    throw new Error(`Line ${line}: wanted a TIMESTAMP like 2023-11-16 18:15:46.680, found "${cell ?? ""}".`);
  }
  return seconds + Number(match?.[3] ?? 0) * 1000;
}

function numberOf(value: unknown, name: string, line: number): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) {
    throw new Error(`Line ${line}: wanted a number of nought or more as ${name}, found ${JSON.stringify(value)}.`);
  }
  return number;
}

function tokensOf(value: unknown, name: string, line: number): number {
  const number = numberOf(value, name, line);
  if (!Number.isInteger(number)) throw new Error(`Line ${line}: wanted a whole number as ${name}, found ${number}.`);
  return Math.max(1, number);
}

function idsOf(value: unknown, line: number): number[] {
  if (!Array.isArray(value) || !value.every((id) => Number.isInteger(id))) {
    throw new Error(`Line ${line}: wanted a list of whole numbers as hash_ids, found ${JSON.stringify(value)}.`);
  }
  return value;
}

function parseObject(line: string, at: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Error(`Line ${at}: wanted a JSON object, found "${line.slice(0, 60)}".`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`Line ${at}: wanted a JSON object, found ${line.slice(0, 60)}.`);
  }
  return value as Record<string, unknown>;
}
