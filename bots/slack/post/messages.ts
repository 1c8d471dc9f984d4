import type { Outgoing } from "../../../core/domain/card.ts";
import type { ChatId } from "../../../core/domain/ids.ts";
import { isOver } from "../../../core/domain/plan-run.ts";
import type { MessageRef, Posted } from "../../../core/ports/chat-platform.ts";
import { cardMessage, type SlackMessage } from "../show/card-message.ts";
import { sayMessage } from "../show/say-message.ts";
import { SLACK, type SlackThread } from "../slack-ids.ts";
import { attachFiles, unreachable } from "./attach-files.ts";
import { languageOf, planOf } from "./chat-words.ts";
import type { MessageDeps } from "./message-deps.ts";
import { readRef, refOf, type SlackRef } from "./message-ref.ts";
import { postOnlyTo } from "./post-only-to.ts";
import type { PreviewNote } from "./preview-note.ts";
import { findInThread, hasKey } from "./read-back.ts";
import type { Answer } from "./slack-calls.ts";
import { areBlocksRefused } from "./slack-failure.ts";
import type { Content, Metadata } from "./thread-calls.ts";

export interface SlackChat {
  readonly chatId: ChatId;
  readonly thread: SlackThread;
}

/** Posts and edits, each message once. */
export interface Messages {
  post(chat: SlackChat, what: Outgoing, key: string, mayBeThere: boolean): Promise<Posted>;
  edit(chat: SlackChat, ref: MessageRef, what: Outgoing): Promise<Posted>;
}

/** A message that stands; with `preview`, one that shows an unfinished answer. */
type Taken = SlackRef & { readonly preview?: PreviewNote["kind"] };
type Fits = Parameters<typeof findInThread>[1];

const KEYS_KEPT = 5_000;
const CLOCKS_APART_MS = 60_000;

export function createMessages(deps: MessageDeps): Messages {
  const { calls, notes, previews, count } = deps;
  /** Where messages with these keys lie, as far as this process knows. */
  const known = new Map<string, Taken>();
  /** Keys of posts that may have arrived although Slack did not say so. */
  const doubted = new Set<string>();
  const underWay = new Map<string, Promise<Posted>>();

  async function post(chat: SlackChat, what: Outgoing, key: string, mayBeThere: boolean): Promise<Posted> {
    const { thread } = chat;
    if (what.kind === "say" && what.onlyTo !== undefined && !thread.channel.startsWith("D")) {
      return postOnlyTo(
        thread,
        what,
        what.onlyTo,
        key,
        await languageOf(chat.chatId, deps.stores, deps.language),
        deps,
      );
    }
    const before = known.get(key) ?? (await takeOver(thread, key));
    if (before?.preview) return finishPreview(chat, before, what, key);
    if (before) return repeated(chat, before, what, key);
    if (mayBeThere || doubted.has(key)) {
      const there = await readBack(thread, key);
      if (there) return repeated(chat, there, what, key);
      return postNew(chat, what, key, true);
    }
    return postNew(chat, what, key);
  }

  /** What stands shows what it showed then; files that were still missing follow. */
  async function repeated(chat: SlackChat, ref: SlackRef, what: Outgoing, key: string): Promise<Posted> {
    count("repeats");
    remember(key, ref);
    // A card is edited next, and its files come then.
    if (what.kind === "say") await attach(chat, key, await drawn(chat, what));
    return { kind: "ok", ref: refOf(ref), isRepeat: true };
  }

  async function postNew(chat: SlackChat, what: Outgoing, key: string, isSecondTry = false): Promise<Posted> {
    const { thread } = chat;
    const message = await drawn(chat, what);
    const how = { priority: priorityOf(what) };
    const answer = await withBlocks(chat, what, message, (content) =>
      calls.post(thread, content, metadataOf(what, key), how),
    );
    if (answer.kind === "ok") {
      const ours = { channel: thread.channel, ts: String(answer.data.ts) };
      const ref = isSecondTry ? await theOnly(thread, ours, key) : ours;
      remember(key, ref);
      await attach(chat, fileKey(chat, what, key), message);
      return { kind: "ok", ref: refOf(ref) };
    }
    const { kind, code } = answer.failure;
    if (kind === "chat-gone" || kind === "message-gone") return { kind: "gone", why: `Slack says: ${code}` };
    if (kind !== "doubtful") throw unreachable("post a message", code);
    doubted.add(key);
    if (doubted.size > KEYS_KEPT) doubted.delete(doubted.values().next().value ?? key);
    const there = await readBack(thread, key);
    if (!there) throw unreachable("post a message", code);
    remember(key, there);
    await attach(chat, fileKey(chat, what, key), message);
    return { kind: "ok", ref: refOf(there) };
  }

  /**
   * A first try that Slack was slow with may have arrived after it was looked for: then the second one is taken away
   * again. Where that cannot be done both stand, which is better than neither.
   */
  async function theOnly({ team, ...thread }: SlackThread, ours: SlackRef, key: string): Promise<SlackRef> {
    const first = await findInThread({ team, ...thread }, hasKey(key), calls.readPage);
    if (first.kind !== "found" || first.ts === ours.ts) return ours;
    const taken = await calls.other(team, "chat.delete", { ...ours }, { priority: 1, isRepeatable: true });
    if (taken.kind === "ok") count("healed");
    return taken.kind === "ok" ? { channel: ours.channel, ts: first.ts } : ours;
  }

  async function edit(chat: SlackChat, ref: MessageRef, what: Outgoing): Promise<Posted> {
    const place = readRef(ref);
    if (!place) return { kind: "gone", why: "That message was for one person alone, and is not kept by Slack." };
    return replace(chat, place, what, undefined);
  }

  /** The same edit twice does no harm, so a doubtful one is simply tried again later. */
  async function replace(chat: SlackChat, ref: SlackRef, what: Outgoing, key: string | undefined): Promise<Posted> {
    const message = await drawn(chat, what);
    const { team } = chat.thread;
    const metadata = key === undefined ? undefined : metadataOf(what, key);
    const how = { priority: priorityOf(what) };
    const update = () =>
      withBlocks(chat, what, message, (content) => calls.update({ team, ...ref }, content, metadata, how));
    let answer = await update();
    if (answer.kind === "failed" && answer.failure.code === "streaming_state_conflict") {
      await stopStream(team, ref);
      answer = await update();
    }
    if (answer.kind === "failed") {
      const { kind, code } = answer.failure;
      if (kind === "chat-gone" || kind === "message-gone") return { kind: "gone", why: `Slack says: ${code}` };
      throw unreachable("edit a message", code);
    }
    await attach(chat, fileKey(chat, what, key ?? refOf(ref)), message);
    return { kind: "ok", ref: refOf(ref) };
  }

  /** Whether it was still open shows in the edit that follows. */
  function stopStream(team: string, { channel, ts }: SlackRef): Promise<Answer> {
    return calls.other(team, "chat.stopStream", { channel, ts }, { priority: 1, isRepeatable: true });
  }

  /** The unfinished answer becomes the finished one; when a person deleted it, the answer is posted anew. */
  async function finishPreview(chat: SlackChat, ref: Taken, what: Outgoing, key: string): Promise<Posted> {
    const { team } = chat.thread;
    if (ref.preview === "stream") await stopStream(team, ref);
    const posted = await replace(chat, ref, what, key);
    if (posted.kind === "ok") remember(key, ref);
    await notes.remove(key);
    return posted.kind === "ok" ? posted : postNew(chat, what, key);
  }

  /** The message in which an answer was shown while it was being written, by this process or an earlier one. */
  async function takeOver(thread: SlackThread, key: string): Promise<Taken | undefined> {
    await previews.stop(key);
    const note = await notes.get(key);
    if (!note) return undefined;
    // Another process that still shows the unfinished answer sees this, and leaves it alone.
    await notes.put(key, { ...note, isEnded: true });
    const preview = note.kind;
    if (note.ts !== undefined) return { channel: thread.channel, ts: note.ts, preview };
    const found = await look(thread, preview === "post" ? hasKey(key) : await isOurStream(thread, note.startedMs));
    if (found) return { ...found, preview };
    await notes.remove(key);
    return undefined;
  }

  /** A stream has no metadata, which everything else that Piloto posts has. */
  async function isOurStream({ team }: SlackThread, startedMs: number): Promise<Fits> {
    const bot = await deps.ownBot(team);
    return ({ bot_id: by, metadata, files, ts }) =>
      by !== undefined && by === bot && !metadata && !files && Number(ts) * 1_000 > startedMs - CLOCKS_APART_MS;
  }

  async function readBack(thread: SlackThread, key: string): Promise<SlackRef | undefined> {
    count("readBacks");
    const found = await look(thread, hasKey(key));
    if (!found) doubted.delete(key);
    return found;
  }

  async function look(thread: SlackThread, fits: Fits): Promise<SlackRef | undefined> {
    const found = await findInThread(thread, fits, calls.readPage);
    if (found.kind === "unreadable") throw unreachable("look whether a message had arrived", found.code);
    return found.kind === "found" ? { channel: thread.channel, ts: found.ts } : undefined;
  }

  async function drawn({ chatId, thread }: SlackChat, what: Outgoing): Promise<SlackMessage> {
    if (what.kind === "say") return sayMessage(what, await languageOf(chatId, deps.stores, deps.language));
    const features = { plan: await deps.features.has(thread.team, "plan") };
    const message = cardMessage(what, features);
    return message.files.length === 0 ? message : cardMessage(what, features, await planOf(what, deps.stores));
  }

  /** Sends; where a workspace refuses our blocks, without the plan block, and then with text alone. */
  async function withBlocks(
    { thread }: SlackChat,
    what: Outgoing,
    { text, blocks }: SlackMessage,
    send: (content: Content) => Promise<Answer>,
  ): Promise<Answer> {
    const answer = await send({ text, blocks });
    if (answer.kind === "ok" || !areBlocksRefused(answer.failure)) return answer;
    if (what.kind === "card" && blocks.some(({ type }) => type === "plan")) {
      const plainer = cardMessage(what, { plan: false });
      const second = await send({ text: plainer.text, blocks: plainer.blocks });
      if (second.kind === "ok") await deps.features.off(thread.team, "plan", answer.failure.code);
      if (second.kind === "ok" || !areBlocksRefused(second.failure)) return second;
    }
    deps.logger.error(
      { face: SLACK, team: thread.team, code: answer.failure.code },
      "Slack refused the blocks of a message.",
    );
    return send({ text });
  }

  async function attach(chat: SlackChat, key: string, { files }: SlackMessage): Promise<void> {
    if (files.length > 0) await attachFiles(chat.thread, key, files, deps);
  }

  function remember(key: string, { channel, ts }: SlackRef): void {
    doubted.delete(key);
    known.delete(key);
    known.set(key, { channel, ts });
    if (known.size > KEYS_KEPT) known.delete(known.keys().next().value ?? key);
  }

  return {
    async post(chat, what, key, mayBeThere) {
      const first = underWay.get(key);
      if (first) {
        const posted = await first;
        return posted.kind === "ok" ? { ...posted, isRepeat: true } : posted;
      }
      const work = post(chat, what, key, mayBeThere).finally(() => underWay.delete(key));
      underWay.set(key, work);
      return work;
    },
    edit,
  };
}

/** What is over is told first, then what waits for a person; progress can wait. */
function priorityOf(what: Outgoing): number {
  if (what.kind === "say") return 3;
  if (isOver(what.state)) return 1;
  return what.state === "draft" || what.state === "waiting" ? 2 : 6;
}

function metadataOf(what: Outgoing, key: string): Metadata {
  if (what.kind === "say") return { event_type: "piloto_say", event_payload: { key } };
  const { runId, revision } = what;
  return { event_type: "piloto_card", event_payload: { key, run_id: runId, revision } };
}

/** A plan's file goes with the run and its revision (which its name holds), whichever message shows it. */
function fileKey({ chatId }: SlackChat, what: Outgoing, key: string): string {
  return what.kind === "card" ? `plan:${what.runId}:${chatId}` : key;
}
