import { isPilotoError } from "../../core/domain/errors.ts";
import { visibleText } from "../../core/domain/plain-text.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.ts";

/**
 * Prints one JSON value as one line on stdout, for programs. What could steer a terminal or hide is written as `\\u…`:
 * the same value for who reads JSON.
 */
export function printJson(value: unknown): void {
  process.stdout.write(`${visibleText(JSON.stringify(value))}\n`);
}

/** Prints lines on stdout, control characters taken out: much of what is shown comes from outside. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line.split("\n").map(visibleText).join("\n")}\n`);
}

/** Columns as wide as their longest cell; the last one is not padded. Prints `none` when there are no rows. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[], none: string): void {
  if (rows.length === 0) {
    print(none);
    return;
  }
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  for (const row of all)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** A hint beside the result: stderr, so that stdout stays clean for pipes. */
export function hint(text: string): void {
  process.stderr.write(`${text.split("\n").map(visibleText).join("\n")}\n`);
}

/**
 * Tells an error in plain words on stderr and gives the exit code for it. A stack trace only with PILOTO_DEBUG.
 */
export function tellError(error: unknown, { json = false } = {}): ExitCode {
  const code = isPilotoError(error) ? error.code : "INTERNAL";
  const said = error instanceof Error ? error.message : String(error);
  const message = isPilotoError(error)
    ? said
    : `Something went wrong inside Piloto: ${said} Set PILOTO_DEBUG=1 to see where.`;
  if (json) process.stderr.write(`${visibleText(JSON.stringify({ error: { code, message } }))}\n`);
  else hint(`${message} (${code})`);
  if (process.env.PILOTO_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return isPilotoError(error) ? exitCodeOf(error.code) : EXIT.failed;
}
