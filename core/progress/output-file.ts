import type { Say, SayFile } from "../domain/card.ts";
import type { Language } from "../domain/chat.ts";
import { shortRunId } from "../domain/ids.ts";
import { cutAt } from "../domain/plain-text.ts";
import type { ReadTx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { outputText } from "./output-text.ts";

const LARGEST_BYTES = 1_000_000;

/**
 * What a step brought back, as a file: JSON pretty-printed, text as it is, at most 1 MB. What is cut is text, and its
 * last line says how much is missing. `undefined` when the step has no result.
 */
export async function outputFile(
  tx: ReadTx,
  { runId, step }: NonNullable<Say["outputOf"]>,
  { language, redact = (text) => text }: { language: Language; redact?: (text: string) => string },
): Promise<SayFile | undefined> {
  const result = await tx.steps.result(runId, step);
  if (!result) return undefined;
  const isText = typeof result.body === "string";
  const whole = redact(outputText(result));
  const kept = cutAtBytes(whole, LARGEST_BYTES);
  const missing = Buffer.byteLength(whole) - Buffer.byteLength(kept);
  return {
    name: `step-${step}-${shortRunId(runId)}.${isText || missing > 0 ? "txt" : "json"}`,
    mediaType: isText || missing > 0 ? "text/plain" : "application/json",
    text: missing > 0 ? `${kept}\n${words(language).output.missing(missing)}\n` : kept,
  };
}

/** The longest beginning that fits, never half a character. */
function cutAtBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  let low = 0;
  let high = Math.min(text.length, most);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Buffer.byteLength(text.slice(0, middle)) <= most) low = middle;
    else high = middle - 1;
  }
  return cutAt(text, low);
}
