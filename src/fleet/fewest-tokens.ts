import type { ChatRequest } from "../../core/ports/model-fleet.ts";

/**
 * The fewest tokens a request can have, as a guess: what is above the context by it is refused without asking a PC.
 * PCs that refuse prompts that are too long count exactly, so for them the guess is careful (six characters a token,
 * more than usual text has). Older ones cut them in silence, so for them it is strict (three).
 */
export function fewestTokens(request: Pick<ChatRequest, "messages" | "tools">, doesPcCount: boolean): number {
  const characters = request.messages.reduce((sum, turn) => sum + turn.content.length, 0);
  const tools = request.tools ? JSON.stringify(request.tools).length : 0;
  return Math.floor((characters + tools) / (doesPcCount ? 6 : 3));
}

/**
 * Whether an Ollama obeys `truncate: false`: from 0.12.6 on (observed by others on 0.12.5 and 0.12.6; not checked on a
 * real one). A version that cannot be read counts as new.
 */
export function countsPrompts(version: string | undefined): boolean {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? "");
  if (!match) return true;
  const [major, minor, patch] = match.slice(1).map(Number) as [number, number, number];
  return major > 0 || minor > 12 || (minor === 12 && patch >= 6);
}
