import { contextTooLarge } from "../fleet-failures.ts";
import type { PreparedModel } from "../prepared-model.ts";

/**
 * Load options of Ollama: a request that differs in one of them makes a PC load the model afresh (server/sched.go and
 * `Runner` in api/types.go at fb30760, 2026-08-21). They are the fleet's alone.
 */
const LOAD_OPTIONS: ReadonlySet<string> = new Set([
  "num_ctx",
  "num_batch",
  "num_gpu",
  "main_gpu",
  "use_mmap",
  "use_mlock",
  "num_thread",
  "numa",
  "low_vram",
  "vocab_only",
  "f16_kv",
  "logits_all",
]);

/** A request's own `options` beside the fleet's: sampling is the program's, loading is the fleet's. */
export function fitOptions(
  wanted: Readonly<Record<string, unknown>> | null | undefined,
  fleet: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const options: Record<string, unknown> = { ...fleet };
  for (const key in wanted) {
    if (!LOAD_OPTIONS.has(key)) options[key] = wanted[key];
  }
  return options;
}

/** Characters that a token has at least, on average: a prompt that is too long by this count is too long for sure. */
const MOST_CHARACTERS = 6;

/**
 * A program that names a `num_ctx` above the fleet's gets the fleet's, and may not have its prompt cut in silence for
 * it: the answer says whether the PC is to refuse a prompt that is too long, instead of cutting it (`truncate`).
 * @throws PilotoError CONTEXT_TOO_LARGE for a prompt that cannot fit
 */
export function mustRefuse(
  { contextTokens, model }: PreparedModel,
  request: { readonly numCtx: unknown; readonly truncate: boolean | null | undefined; readonly characters: number },
): boolean {
  const { numCtx, truncate, characters } = request;
  const wantsMore = typeof numCtx === "number" && numCtx > contextTokens;
  if (truncate !== false && !wantsMore) return false;
  const fewest = Math.floor(characters / MOST_CHARACTERS);
  if (fewest > contextTokens) {
    const setting = wantsMore
      ? `; the fleet gives ${contextTokens}, whatever num_ctx says (setting contextTokens)`
      : "";
    throw contextTooLarge(model, `at least ${fewest} tokens, room for ${contextTokens}${setting}`);
  }
  return true;
}
