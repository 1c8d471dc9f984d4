import { sha256 } from "../domain/canonical.ts";
import type { Chat, IncomingMessage } from "../domain/chat.ts";
import { asId, type MessageId, nameOf, type PersonId } from "../domain/ids.ts";
import { cutAt, plainText } from "../domain/plain-text.ts";
import type { Tx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { projectFor } from "./default-project.ts";
import { readLanguage } from "./read-language.ts";
import type { ConversationDeps } from "./scene.ts";

export type Saved =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused"; readonly reply: string };

/** A person's message, in bytes of UTF-8. */
const MAX_BYTES = 100_000;
const MAX_THREAD_MESSAGES = 50;
const MAX_THREAD_CHARS = 4_000;
const MAX_KEY = 300;

/**
 * Saves a message once for its key, however late the same key comes again. Too large or empty ones are refused
 * with a sentence for the sender and not saved. Durable when it resolves.
 */
export async function saveMessage(incoming: IncomingMessage, deps: ConversationDeps): Promise<Saved> {
  const { stores, clock, ids, language = "en" } = deps;
  const bytes = Buffer.byteLength(incoming.text, "utf8");
  if (bytes > MAX_BYTES) {
    const say = words(readLanguage(incoming.text.slice(0, 2_000)) ?? language).conversation.refused;
    return { kind: "refused", reply: say.tooLarge(Math.ceil(bytes / 1000), MAX_BYTES / 1000) };
  }
  const text = plainText(incoming.text).trim();
  if (text === "") return { kind: "refused", reply: words(language).conversation.refused.empty };
  const [messageId, personId] = [asId<MessageId>(ids.next()), asId<PersonId>(ids.next())];
  const threadIds = (incoming.thread ?? []).slice(-MAX_THREAD_MESSAGES).map(() => asId<MessageId>(ids.next()));
  return stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    const { account, chatId } = incoming;
    const projectId = (await projectFor(tx, incoming.projectId))?.id;
    if (!projectId)
      return { kind: "refused", reply: words(readLanguage(text) ?? language).conversation.refused.noProject };
    const chat = await tx.chats.ensure({ id: chatId, projectId, language: readLanguage(text) ?? language, atMs });
    await tx.people.ensure(account, nameOf(account), personId);
    await saveThread(tx, chat, incoming, threadIds, atMs);
    const isNew = await tx.messages.add({
      id: messageId,
      chatId,
      key: keyOf(incoming),
      origin: "person",
      account,
      text,
      atMs,
    });
    return { kind: isNew ? "accepted" : "duplicate" };
  });
}

/** A face's keys are its own affair; Piloto's own messages must not be hidden by one that looks like theirs. */
function keyOf({ key }: IncomingMessage): string {
  const isPlain = key.length <= MAX_KEY && !key.startsWith("piloto:") && !key.startsWith("thread:");
  return isPlain ? key : `hashed:${sha256(key)}`;
}

/** Earlier words of the thread, as data: each once, and none that a person said to Piloto. */
async function saveThread(
  tx: Tx,
  chat: Chat,
  { thread = [] }: IncomingMessage,
  ids: readonly MessageId[],
  atMs: number,
): Promise<void> {
  if (thread.length === 0) return;
  const known = new Set((await tx.messages.page(chat.id, { limit: 200 })).items.map((message) => message.text));
  for (const [index, { account, text: raw }] of thread.slice(-MAX_THREAD_MESSAGES).entries()) {
    const text = cutAt(plainText(raw).trim(), MAX_THREAD_CHARS);
    if (text === "" || known.has(text)) continue;
    const key = `thread:${sha256(`${chat.id}\n${account}\n${text}`)}`;
    await tx.messages.add({
      id: ids[index]!,
      chatId: chat.id,
      key,
      origin: "thread",
      account,
      text,
      atMs,
      handledAtMs: atMs,
    });
  }
}
