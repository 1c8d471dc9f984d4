import type { Client } from "discord.js";
import type { Card, Outgoing } from "../../../core/domain/card.ts";
import type { ChatId } from "../../../core/domain/ids.ts";
import { isActive } from "../../../core/domain/plan-run.ts";
import type { ChatPlatform, Posted } from "../../../core/ports/chat-platform.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { DISCORD, discordChat } from "../discord-ids.ts";
import { drawCard, drawMovedCard } from "../show/draw-card.ts";
import { drawSay } from "../show/draw-say.ts";
import type { Drawn } from "../show/message-body.ts";
import type { AskedLast } from "./asked-last.ts";
import type { ChannelMessages } from "./channel-messages.ts";
import type { Counts } from "./counts.ts";
import { madeAtMs, postNames } from "./message-marker.ts";
import { createPreviews } from "./previews.ts";
import { withRoleNames } from "./role-names.ts";
import { reasonOf, type Trouble, troubleOf } from "./trouble.ts";
import type { Typing } from "./typing.ts";

export interface PlatformDeps {
  readonly messages: ChannelMessages;
  readonly typing: Typing;
  readonly askedLast: AskedLast;
  /** The client of the connection that stands: it knows what roles are called. */
  readonly client: () => Client | undefined;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: Counts;
  /** Whether unfinished text may be shown there: threads and direct messages, where nobody else talks. */
  readonly mayPreview: (chatId: ChatId) => boolean;
}

/** Discord limits how often a message that is older than an hour may be edited. */
const OLD_MS = 50 * 60_000;
const KEYS_KEPT = 5_000;

/**
 * Discord outward. Posts carry a nonce and a marker, so that one key is one message: a nonce holds for minutes, the
 * marker is looked for when an earlier try may have arrived. A run whose card is nearly an hour old goes on in a new one.
 */
export function createDiscordPlatform(deps: PlatformDeps): ChatPlatform {
  const { messages, typing, clock, counts } = deps;
  const known = new Map<string, string>();
  const previews = createPreviews(deps);

  function remember(key: string, ref: string): void {
    known.set(key, ref);
    if (known.size > KEYS_KEPT) known.delete(known.keys().next().value ?? key);
  }

  async function post(
    channel: string,
    drawn: Drawn,
    key: string,
    { mayBeThere, replyTo }: { mayBeThere: boolean; replyTo?: string },
  ): Promise<Posted> {
    const names = postNames(key);
    const there = mayBeThere ? await messages.find(channel, names.marker) : undefined;
    if (there !== undefined) {
      counts.add("foundAgain");
      return { kind: "ok", ref: there, isRepeat: true };
    }
    counts.add("posts");
    return { kind: "ok", ref: await messages.send(channel, drawn, names, replyTo) };
  }

  /** A card goes on below: the new message first, so that the run is shown at every moment. */
  async function moveOn(channel: string, ref: string, card: Card): Promise<Posted> {
    const key = `after:${channel}/${ref}`;
    const posted = await post(channel, drawCard(card), key, { mayBeThere: true });
    if (posted.kind === "gone") return posted;
    if (posted.isRepeat) await messages.edit(channel, posted.ref, drawCard(card));
    counts.add("movedOn");
    await messages.edit(channel, ref, drawMovedCard(card)).catch((error: unknown) => {
      // The old message keeps its old face; its buttons answer with what is true now.
      deps.logger.debug({ channel, trouble: troubleOf(error) ?? String(error) }, "An old card could not be closed.");
    });
    return { kind: "ok", ref: posted.ref };
  }

  async function editNow(channel: string, ref: string, what: Outgoing, drawn: Drawn): Promise<Posted> {
    const isOld = clock.nowMs() - (madeAtMs(ref) ?? clock.nowMs()) > OLD_MS;
    // What only waits, or is over, is shown where it lies for as long as Discord lets it: a restart shows all open cards.
    if (isOld && what.kind === "card" && isActive(what.state)) return moveOn(channel, ref, what);
    counts.add("edits");
    await messages.edit(channel, ref, drawn);
    return { kind: "ok", ref };
  }

  async function healed(channel: string, ref: string, what: Outgoing, drawn: Drawn): Promise<Posted> {
    try {
      return await editNow(channel, ref, what, drawn);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === "too-many-edits" && what.kind === "card") return moveOn(channel, ref, what);
      if (trouble !== "archived") throw error;
      await messages.unarchive(channel);
      return editNow(channel, ref, what, drawn);
    }
  }

  function preview(chatId: ChatId, text: string, given: string): boolean {
    const chat = discordChat(chatId);
    const key = keyIn(chatId, given);
    if (!chat || known.has(key) || !deps.mayPreview(chatId)) return false;
    previews.show(chatId, chat.channel, text, key);
    return true;
  }

  return {
    face: DISCORD,
    // A running step counts on by itself, from a timestamp: no edits are spent on that.
    limits: { editEveryMs: 1500 },
    async post(chatId, what, given, how) {
      const chat = discordChat(chatId);
      if (!chat) return noChat;
      const key = keyIn(chatId, given);
      const before = known.get(key);
      if (before !== undefined) return { kind: "ok", ref: before, isRepeat: true };
      const drawn = await draw(chatId, withRoles(what, deps), deps);
      typing.end(chatId);
      return goneOrThrow(deps, chatId, async () => {
        const begun = what.kind === "say" ? await previews.finish(chat.channel, key, drawn) : undefined;
        const posted: Posted =
          begun === undefined
            ? await post(chat.channel, drawn, key, {
                mayBeThere: how?.mayBeThere ?? false,
                replyTo: deps.askedLast.of(chatId),
              })
            : { kind: "ok", ref: begun };
        if (posted.kind === "ok") remember(key, posted.ref);
        return posted;
      });
    },
    async edit(chatId, ref, what) {
      const chat = discordChat(chatId);
      if (!chat) return noChat;
      const named = withRoles(what, deps);
      const drawn = await draw(chatId, named, deps);
      return goneOrThrow(deps, chatId, () => healed(chat.channel, ref, named, drawn));
    },
    preview,
    // The answer takes its place in the same message.
    notice: preview,
  };
}

/** One key in two chats is two messages. */
const keyIn = (chatId: ChatId, key: string) => `${chatId}\n${key}`;

const noChat: Posted = { kind: "gone", why: "That chat is none of Discord's." };

function withRoles(what: Outgoing, { client }: PlatformDeps): Outgoing {
  if (what.kind !== "card") return what;
  return { ...what, notes: what.notes.map((note) => withRoleNames(note, client())) };
}

async function draw(chatId: ChatId, what: Outgoing, { stores }: PlatformDeps): Promise<Drawn> {
  if (what.kind === "card") return drawCard(what);
  const chat = await stores.read((tx) => tx.chats.get(chatId));
  return drawSay(what, chat?.language ?? "en");
}

/** What no later try will heal. A refused body is our own mistake: it would be refused for ever. */
const FINAL: readonly Trouble[] = [
  "no-channel",
  "no-message",
  "locked",
  "forbidden",
  "archived",
  "bad-body",
  "blocked",
];

async function goneOrThrow(
  { counts, logger }: PlatformDeps,
  chatId: ChatId,
  act: () => Promise<Posted>,
): Promise<Posted> {
  try {
    return await act();
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble || !FINAL.includes(trouble)) throw error;
    counts.add("gone");
    const log = trouble === "bad-body" ? logger.error : logger.warn;
    log.call(logger, { chat: chatId, trouble, error: String(error).slice(0, 500) }, "Discord took a message no more.");
    return { kind: "gone", why: reasonOf(trouble) };
  }
}
