import { toJson } from "./to-json.ts";

/** A usual token has about four characters; an image counts as many tokens as common vision models make of one. */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_IMAGE = 800;

/** How long a prompt is, as far as it shows without the model's own count. */
export interface PromptSize {
  readonly characters: number;
  readonly images: number;
}

export function tokensOf({ characters, images }: PromptSize): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}

export interface Said {
  readonly role?: string;
  readonly content?: string | null;
  readonly images?: readonly string[] | null;
}

/** `tools` count as they are written. @throws EndpointRefusal 400 for tools that cannot be */
export function sizeOfMessages(messages: readonly Said[], tools?: readonly unknown[] | null): PromptSize {
  let characters = tools?.length ? toJson(tools).length : 0;
  let images = 0;
  for (const message of messages) {
    characters += message.content?.length ?? 0;
    images += message.images?.length ?? 0;
  }
  return { characters, images };
}

/** What of a text tells conversations apart, beside its length. */
const TOLD_APART_BY = 256;

/**
 * Requests of one conversation have one affinity: they begin alike, up to the first thing that the user said, and the
 * PC that holds this beginning in its cache answers sooner. Two that are taken for one share a PC, no more than that.
 */
export function affinityOf(messages: readonly Said[]): string | undefined {
  let sum = 0x811c9dc5;
  let other = 0x1b873593;
  for (const { role, content } of messages) {
    const text = content ?? "";
    const end = Math.min(text.length, TOLD_APART_BY);
    for (let i = 0; i < end; i++) {
      const code = text.charCodeAt(i);
      sum = Math.imul(sum ^ code, 0x01000193);
      other = Math.imul(other ^ code, 0x5bd1e995) + 1;
    }
    sum = Math.imul(sum ^ text.length, 0x01000193);
    if (role === "user") return (sum >>> 0).toString(36) + (other >>> 0).toString(36);
  }
  return undefined;
}
