import { Routes } from "discord.js";
import { z } from "zod";
import { chatIdOf } from "../discord-ids.ts";
import { madeAtMs } from "../post/message-marker.ts";
import { patiently } from "../post/patiently.ts";
import { troubleOf } from "../post/trouble.ts";
import type { HearDeps } from "./hear-deps.ts";
import { hearMessage, isMeant } from "./hear-message.ts";
import type { HeldChat } from "./held-chats.ts";
import { DiscordMessage } from "./message-event.ts";

const LOOK_BACK_MS = 24 * 3_600_000;
/** Places at the same time: soon enough to be done before the next crash, and no burst. */
const AT_ONCE = 6;
const PAGE = 100;
const MOST_PAGES = 3;

/**
 * After a gap (a restart, a session that could not be resumed): what was said meanwhile in the places of the last day
 * is fetched and heard, oldest first; what was heard before is a duplicate. Then open cards are shown as they are.
 * `newest`: the latest message of places, as far as Discord told it in this session; where it was heard, nothing is asked.
 */
export async function catchUp(deps: HearDeps, signal: AbortSignal, newest: ReadonlyMap<string, string>): Promise<void> {
  const { held, counts, core } = deps;
  const places = (await held.lately(LOOK_BACK_MS)).values();
  const work = async () => {
    for (const chat of places) {
      if (signal.aborted) return;
      const known = newest.get(chat.id);
      const last = known && !isLater(known, chat.last) ? chat.last : await hearMissed(chat, deps, signal);
      if (last !== undefined && !signal.aborted) await held.caughtUp(chat, last);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!signal.aborted) await core.refreshCards("discord");
  counts.add("catchUps");
}

/**
 * What was said in a place after `last` is heard, oldest first. Gives the newest message; `undefined` when the place
 * could not be read, which is in the log then.
 */
export async function hearMissed(chat: MissedPlace, deps: HearDeps, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await patiently(() => hearSince(chat, deps, signal), deps);
  } catch (error) {
    const trouble = troubleOf(error);
    deps.counts.add("catchUpsFailed");
    deps.logger.warn(
      { channel: chat.id, trouble: trouble ?? String(error).slice(0, 200) },
      "A place could not be caught up.",
    );
    return undefined;
  }
}

type MissedPlace = Pick<HeldChat, "id" | "guild" | "last">;

async function hearSince(chat: MissedPlace, deps: HearDeps, signal: AbortSignal): Promise<string> {
  const members = new Map<string, unknown>();
  const { core } = deps;
  const listed = await missed(chat, deps);
  if (listed.length >= PAGE * MOST_PAGES) {
    deps.counts.add("catchUpsCut");
    deps.logger.warn({ channel: chat.id, heard: listed.length }, "More was said there meanwhile than is fetched.");
  }
  for (const one of listed) {
    if (signal.aborted) break;
    const message = { ...one, guild_id: chat.guild };
    if (!(await isMeant(message, deps))) continue;
    // Its thread is a chat already: it was heard. Asking for the thread again would only count against Discord's limit.
    if (await core.knowsChat(chatIdOf({ guild: chat.guild, channel: message.id }))) continue;
    const member = chat.guild ? await memberOf(chat.guild, message.author.id, members, deps) : undefined;
    await hearMessage({ ...message, member: member as never }, deps);
  }
  return listed.at(-1)?.id ?? chat.last;
}

/** The newest 300 at most, back to what was heard last, oldest first. */
async function missed(chat: MissedPlace, { rest, clock }: HearDeps): Promise<DiscordMessage[]> {
  const sinceMs = clock.nowMs() - LOOK_BACK_MS;
  const isMissed = ({ id }: DiscordMessage) => isLater(id, chat.last) && (madeAtMs(id) ?? 0) >= sinceMs;
  const found: DiscordMessage[] = [];
  let before: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: String(PAGE), ...(before ? { before } : {}) };
    const answer = await rest.call("get", Routes.channelMessages(chat.id), { query });
    const listed = z.array(z.unknown()).parse(answer);
    const read = listed.flatMap((one) => DiscordMessage.safeParse(one).data ?? []);
    found.push(...read.filter(isMissed));
    before = read.at(-1)?.id;
    if (listed.length < PAGE || !before || read.some((message) => !isMissed(message))) break;
  }
  return found.sort((a, b) => (isLater(a.id, b.id) ? 1 : -1));
}

const isLater = (one: string, other: string) => BigInt(one) > BigInt(other);

/** A listed message has no member: its roles are asked for, since they may be what allows the request. */
async function memberOf(guild: string, user: string, known: Map<string, unknown>, deps: HearDeps): Promise<unknown> {
  if (!known.has(user)) {
    known.set(
      user,
      await deps.rest.call("get", Routes.guildMember(guild, user)).catch((error: unknown) => {
        // Somebody who left the server has no roles there.
        deps.logger.debug({ guild, trouble: troubleOf(error) ?? String(error) }, "A member could not be read.");
        return undefined;
      }),
    );
  }
  return known.get(user);
}
