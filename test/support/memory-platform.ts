import type { Card, Outgoing } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { ChatPlatform, MessageRef, Posted } from "../../core/ports/chat-platform.ts";

/** What goes wrong with the next calls, used up one by one. `after`: the effect happened, the answer was lost. */
export type PlatformFault =
  | { readonly kind: "before" }
  | { readonly kind: "after" }
  | { readonly kind: "gone"; readonly why: string }
  /** Answers only when the promise resolves. */
  | { readonly kind: "slow"; readonly until: Promise<void> };

export interface Shown {
  readonly chatId: ChatId;
  readonly ref: MessageRef;
  /** Everything this message showed, oldest first. */
  readonly versions: Outgoing[];
  isDeleted: boolean;
}

/**
 * A chat in memory that remembers everything it showed. Like a platform out there it looks for an earlier post with a
 * key only when told that there may be one.
 */
export interface MemoryPlatform extends ChatPlatform {
  readonly messages: Shown[];
  /** Faults of a chat's next calls, in order; `undefined` lets one pass. */
  faults(chatId: ChatId, ...faults: (PlatformFault | undefined)[]): void;
  /** A person deletes a message. */
  remove(ref: MessageRef): void;
  /** What a person in the chat sees now, deleted messages left out. */
  seen(chatId: ChatId): Outgoing[];
  /** What is said in a chat, in order. */
  said(chatId: ChatId): string[];
  /** The latest card of a chat. */
  card(chatId: ChatId): Card | undefined;
  /** How many calls reached the platform. */
  readonly calls: { posts: number; edits: number };
  /** The keys of all posts that reached it, in order, and whether each was announced as a possible repeat. */
  readonly posts: { readonly key: string; readonly mayBeThere: boolean }[];
}

export function memoryPlatform({
  face = "memory",
  editEveryMs = 0,
  honoursKeys = true,
  showElapsedEveryMs,
  editsOfOne = Number.POSITIVE_INFINITY,
}: {
  face?: string;
  editEveryMs?: number;
  honoursKeys?: boolean;
  showElapsedEveryMs?: number;
  /** After so many edits of a message the next one goes on in a new message, and the old one goes. */
  editsOfOne?: number;
} = {}): MemoryPlatform {
  const messages: Shown[] = [];
  const byKey = new Map<string, Shown>();
  const faults = new Map<ChatId, (PlatformFault | undefined)[]>();
  const calls = { posts: 0, edits: 0 };
  const posts: { key: string; mayBeThere: boolean }[] = [];

  async function withFault(chatId: ChatId, act: () => Posted): Promise<Posted> {
    const fault = faults.get(chatId)?.shift();
    if (fault?.kind === "before") throw new Error("The platform did not answer.");
    if (fault?.kind === "gone") return { kind: "gone", why: fault.why };
    if (fault?.kind === "slow") await fault.until;
    const posted = act();
    if (fault?.kind === "after") throw new Error("The answer of the platform was lost.");
    return posted;
  }

  function show(chatId: ChatId, what: Outgoing, key: string, mayBeThere: boolean): Posted {
    const known = honoursKeys && mayBeThere ? byKey.get(key) : undefined;
    if (known) return { kind: "ok", ref: known.ref, isRepeat: true };
    const message = add(chatId, what);
    byKey.set(key, message);
    return { kind: "ok", ref: message.ref };
  }

  function add(chatId: ChatId, what: Outgoing): Shown {
    const message: Shown = { chatId, ref: `m${messages.length + 1}`, versions: [what], isDeleted: false };
    messages.push(message);
    return message;
  }

  function replace(ref: MessageRef, what: Outgoing): Posted {
    const message = messages.find((candidate) => candidate.ref === ref);
    if (!message || message.isDeleted) return { kind: "gone", why: "The message was deleted." };
    if (message.versions.length > editsOfOne) {
      message.isDeleted = true;
      return { kind: "ok", ref: add(message.chatId, what).ref };
    }
    message.versions.push(what);
    return { kind: "ok", ref };
  }

  const seen = (chatId: ChatId): Outgoing[] =>
    messages.filter((m) => m.chatId === chatId && !m.isDeleted).flatMap((m) => m.versions.at(-1) ?? []);

  return {
    face,
    limits: { editEveryMs, showElapsedEveryMs },
    messages,
    calls,
    posts,
    faults: (chatId, ...next) => void faults.set(chatId, [...(faults.get(chatId) ?? []), ...next]),
    remove(ref) {
      for (const message of messages) if (message.ref === ref) message.isDeleted = true;
    },
    seen,
    said: (chatId) => seen(chatId).flatMap((what) => (what.kind === "say" ? [what.text] : [])),
    card: (chatId) => seen(chatId).findLast((what) => what.kind === "card"),
    post(chatId, what, key, { mayBeThere = false } = {}) {
      calls.posts += 1;
      posts.push({ key, mayBeThere });
      return withFault(chatId, () => show(chatId, what, key, mayBeThere));
    },
    edit(chatId, ref, what) {
      calls.edits += 1;
      return withFault(chatId, () => replace(ref, what));
    },
  };
}
