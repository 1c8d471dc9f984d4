import type { PcRequest } from "./pc-shapes.ts";

/** What a hit by session saves, where the blocks of the prompts are not known. */
const SAVED_BY_SESSION = 0.8;

/** Which prompts the loaded models still hold: each of a model's slots keeps the last one that it worked on. */
export interface PrefixCache {
  /** Prompt tokens that need no work; the prompt is held from now on. */
  take(request: PcRequest): number;
  /** The model left the memory. */
  forget(model: string): void;
  clear(): void;
}

interface Held {
  readonly session?: string;
  readonly hashIds?: readonly number[];
}

export function createPrefixCache(slots: number): PrefixCache {
  const byModel = new Map<string, Held[]>();
  return {
    take(request) {
      const held = byModel.get(request.model) ?? [];
      const { at, tokens } = bestOf(held, request);
      if (at >= 0) held.splice(at, 1);
      held.push({ session: request.session, hashIds: request.hashIds });
      if (held.length > slots) held.shift();
      byModel.set(request.model, held);
      return tokens;
    },
    forget: (model) => void byModel.delete(model),
    clear: () => byModel.clear(),
  };
}

function bestOf(held: readonly Held[], request: PcRequest): { at: number; tokens: number } {
  let best = { at: -1, tokens: 0 };
  held.forEach((entry, at) => {
    const tokens = sharedTokens(entry, request);
    if (tokens > best.tokens) best = { at, tokens };
  });
  return best;
}

function sharedTokens(entry: Held, { session, hashIds, promptTokens }: PcRequest): number {
  if (hashIds && entry.hashIds) {
    let same = 0;
    while (same < hashIds.length && hashIds[same] === entry.hashIds[same]) same += 1;
    // The last token is always computed.
    return Math.min(promptTokens - 1, Math.floor((promptTokens * same) / hashIds.length));
  }
  return session !== undefined && session === entry.session ? Math.floor(promptTokens * SAVED_BY_SESSION) : 0;
}
