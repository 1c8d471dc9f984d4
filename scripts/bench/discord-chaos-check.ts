import path from "node:path";
import Database from "better-sqlite3";
import { discordChat, messageKey } from "../../bots/discord/discord-ids.ts";
import { postNames } from "../../bots/discord/post/message-marker.ts";
import { drawCard } from "../../bots/discord/show/draw-card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import { isOver, type PlanRun } from "../../core/domain/plan-run.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { currentCard } from "../../core/progress/current-card.ts";
import { openSqlite } from "../../storage/index.ts";
import { textIn } from "../../test/support/discord-server/messages.ts";
import type { Component, Message } from "../../test/support/discord-server/world.ts";
import { markerOf, offersOf } from "./discord-chaos-card.ts";
import type { ChaosPeople } from "./discord-chaos-people.ts";
import type { DiscordBenchWorld } from "./discord-world.ts";

/** What is wrong in the end, each thing in words. */
export interface Wrongs {
  readonly duplicatePosts: string[];
  readonly lostFinals: string[];
  readonly doubleRuns: string[];
  /** Runs that are still at work. */
  readonly unfinished: string[];
  /** Said where Piloto is known, and nowhere in its record. */
  readonly unheard: string[];
  /** `/piloto ask` that stands in the channel, and was cut off by a kill before it was saved. */
  readonly cutOff: string[];
  readonly counted: { readonly runs: number; readonly messages: number; readonly done: number };
}

/** Holds Discord, the record and the workshop against each other. Nobody else may be writing. */
export async function chaosWrongs(world: DiscordBenchWorld, people: ChaosPeople): Promise<Wrongs> {
  const said = savedMessages(world.outside.folder);
  const known = new Set(said.map(({ key }) => key));
  const isSaved = (channel: string, id: string) => known.has(messageKey(channel, id));
  const stores = await openSqlite({ folder: world.outside.folder });
  try {
    const runs = await allRuns(stores);
    const finals = await Promise.all(runs.map((run) => finalOf(run, stores, world)));
    return {
      duplicatePosts: duplicates(world),
      lostFinals: [...finals.filter((wrong) => wrong !== ""), ...unanswered(said, runs, world)],
      doubleRuns: [...repeatedEffects(runs, world), ...runsTooMany(said, runs)],
      unfinished: runs
        .filter(({ state }) => !isOver(state) && state !== "draft")
        .map(({ id, state }) => `${id} ${state}`),
      unheard: people.meant
        .filter(({ channelId, id }) => !isSaved(channelId, id))
        .map(({ channelId, id, content, createdMs }) => `"${content}" ${channelId}/${id} at ${createdMs}`),
      cutOff: people.asks
        .filter(({ answer, channelId, id }) => answer !== undefined && !isSaved(channelId, id))
        .map(({ channelId, id }) => `${channelId}/${id}`),
      counted: {
        runs: runs.length,
        messages: said.length,
        done: runs.filter(({ state }) => state === "done").length,
      },
    };
  } finally {
    await stores.close();
  }
}

interface SavedMessage {
  readonly id: string;
  readonly chat_id: string;
  readonly key: string;
  readonly text: string;
  readonly handled_at_ms: number | null;
}

function savedMessages(folder: string): SavedMessage[] {
  const db = new Database(path.join(folder, "piloto.db"), { readonly: true });
  try {
    const all =
      "select id, chat_id, key, text, handled_at_ms from messages where origin = 'person' and face = 'discord'";
    return db.prepare(all).all() as SavedMessage[];
  } finally {
    db.close();
  }
}

async function allRuns(stores: Stores): Promise<PlanRun[]> {
  const found: PlanRun[] = [];
  let before: string | undefined;
  do {
    const page = await stores.read((tx) => tx.runs.page({}, { before, limit: 200 }));
    found.push(...page.items);
    before = page.next;
  } while (before !== undefined);
  return found;
}

/** Messages with the same mark in one place, and unfinished answers that nothing replaced. */
function duplicates({ discord }: DiscordBenchWorld): string[] {
  return [...discord.world.channels.values()].flatMap((channel) => {
    const byMark = new Map<number, Message[]>();
    const ours = [...channel.messages.values()].filter((one) => one.authorId === discord.botId && !one.visibleTo);
    for (const message of ours) {
      const mark = markerOf(message);
      if (mark !== undefined) byMark.set(mark, [...(byMark.get(mark) ?? []), message]);
    }
    const twice = [...byMark.values()].filter((messages) => messages.length > 1);
    const unfinished = ours.filter((message) => textIn(message).endsWith(" …"));
    return [...twice, ...unfinished.map((one) => [one])].map(
      (messages) => `${messages.length} × in ${channel.id}: ${textIn(messages[0]!).slice(0, 60)}`,
    );
  });
}

/** Empty when the card of a run that is over shows just what the record says. */
async function finalOf(run: PlanRun, stores: Stores, { discord }: DiscordBenchWorld): Promise<string> {
  if (!isOver(run.state)) return "";
  const { card, ref } = await stores.read(async (tx) => ({
    card: await currentCard(tx, { runId: run.id, chatId: run.chatId }, Date.now()),
    ref: await tx.outbox.cardRef(run.id, run.chatId),
  }));
  const channel = discord.world.channels.get(discordChat(run.chatId)?.channel ?? "");
  const shown = channel?.messages.get(ref ?? "");
  if (!card || !shown) return `${run.id} is ${run.state} and has no card`;
  const wanted = textIn({ content: "", components: drawCard(card).body.components as unknown as Component[] });
  const isStale = textIn(shown) !== wanted || offersOf(shown).some(({ kind }) => kind !== "retry");
  return isStale ? `${run.id} is ${run.state}, its card says: ${textIn(shown).split("\n")[0]}` : "";
}

/** Messages that Piloto took, and that have neither a sentence of their own nor a card in their place. */
function unanswered(said: readonly SavedMessage[], runs: readonly PlanRun[], { discord }: DiscordBenchWorld): string[] {
  const marks = new Map<string, Set<number>>();
  for (const channel of discord.world.channels.values()) {
    const own = [...channel.messages.values()].filter((one) => one.authorId === discord.botId);
    marks.set(channel.id, new Set(own.flatMap((one) => markerOf(one) ?? [])));
  }
  const withRuns = new Set<string>(runs.map(({ chatId }) => chatId));
  return said.flatMap(({ id, chat_id: chat, text, handled_at_ms: handledAt }) => {
    const there = marks.get(discordChat(chat as ChatId)?.channel ?? "");
    const isAnswered = there?.has(postNames(`${chat}\nreply:${id}`).marker) || withRuns.has(chat);
    if (handledAt !== null && isAnswered) return [];
    return [`"${text}" in ${chat} was ${handledAt === null ? "not handled" : "not answered"}`];
  });
}

function repeatedEffects(runs: readonly PlanRun[], { outside }: DiscordBenchWorld): string[] {
  const effects = outside.effects();
  return runs.flatMap(({ id, plan }) =>
    plan.steps.flatMap(({ number, replay }) => {
      const times = effects.get(`${id}-${number}`) ?? 0;
      return replay === "never" && times > 1 ? [`step ${number} of ${id} happened ${times} times`] : [];
    }),
  );
}

/** Each run of a conversation comes from a message of its own. */
function runsTooMany(said: readonly SavedMessage[], runs: readonly PlanRun[]): string[] {
  const counted = new Map<string, { said: number; runs: number }>();
  const of = (chat: string) => counted.get(chat) ?? { said: 0, runs: 0 };
  for (const { chat_id: chat } of said) counted.set(chat, { ...of(chat), said: of(chat).said + 1 });
  for (const { chatId } of runs) counted.set(chatId, { ...of(chatId), runs: of(chatId).runs + 1 });
  return [...counted]
    .filter(([, count]) => count.runs > count.said)
    .map(([chat, count]) => `${count.runs} runs in ${chat} from ${count.said} messages`);
}
