import { holderOf } from "../access/holder-of.ts";
import { isKnown } from "../access/is-known.ts";
import { keepNameIn } from "../access/keep-name.ts";
import { sha256 } from "../domain/canonical.ts";
import type { Chat, IncomingMessage, Language } from "../domain/chat.ts";
import { asId, type MessageId, type PersonId } from "../domain/ids.ts";
import { cutAt, plainText } from "../domain/plain-text.ts";
import type { Tx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { projectFor } from "./default-project.ts";
import { keepFiles, noteOfFiles, refuseFiles } from "./keep-files.ts";
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
 * Saves a message once for its key, however late the same key comes again, with its files and what people call its
 * sender. Too large or empty ones are refused with a sentence for the sender and not saved; files of somebody whom
 * the project does not know are not kept. Durable when it resolves.
 */
export async function saveMessage(incoming: IncomingMessage, deps: ConversationDeps): Promise<Saved> {
  const { stores, clock, ids, language = "en" } = deps;
  const { files = [] } = incoming;
  const refusal = whyRefused(incoming, language);
  if (refusal !== undefined) return { kind: "refused", reply: refusal };
  const text = plainText(incoming.text).trim();
  const [messageId, personId] = [asId<MessageId>(ids.next()), asId<PersonId>(ids.next())];
  const threadIds = (incoming.thread ?? []).slice(-MAX_THREAD_MESSAGES).map(() => asId<MessageId>(ids.next()));
  const fileIds = files.map(() => ids.next());
  const noteId = asId<MessageId>(ids.next());
  return stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    const { account, groups, chatId } = incoming;
    const project = await projectFor(tx, incoming.projectId);
    const spoken = readLanguage(text) ?? language;
    if (!project) return { kind: "refused", reply: words(spoken).conversation.refused.noProject };
    const chat = await tx.chats.ensure({ id: chatId, projectId: project.id, language: spoken, atMs });
    await keepNameIn(tx, incoming, personId);
    await saveThread(tx, chat, incoming, threadIds, atMs);
    const keeps = files.length > 0 && (await isKnownIn(tx, chat, incoming));
    if (keeps) {
      const note = { ...noteOfFiles(incoming), id: noteId, origin: "thread" as const };
      await tx.messages.add({ ...note, chatId, account, atMs, handledAtMs: atMs });
    }
    const said = text === "" ? words(chat.language).menu.files.only : text;
    const message = { id: messageId, chatId, key: keyOf(incoming), origin: "person" as const, account, groups, atMs };
    const isNew = await tx.messages.add({ ...message, text: said });
    if (isNew && keeps) await keepFiles(tx, messageId, files, { ids: fileIds, atMs });
    return { kind: isNew ? "accepted" : "duplicate" };
  });
}

function whyRefused({ text, files = [] }: IncomingMessage, fallback: Language): string | undefined {
  const bytes = Buffer.byteLength(text, "utf8");
  const language = readLanguage(text.slice(0, 2_000)) ?? fallback;
  const say = words(language).conversation.refused;
  if (bytes > MAX_BYTES) return say.tooLarge(Math.ceil(bytes / 1000), MAX_BYTES / 1000);
  if (files.length === 0 && plainText(text).trim() === "") return words(fallback).conversation.refused.empty;
  return refuseFiles(files, language);
}

async function isKnownIn(tx: Tx, chat: Chat, { account, groups }: IncomingMessage): Promise<boolean> {
  const project = await tx.projects.get(chat.projectId);
  return project !== undefined && isKnown(await holderOf(tx, { account, groups }), project);
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
