import { type Client, type PermissionsString, Routes } from "discord.js";
import { z } from "zod";
import { type PlaceRules, placeOf, placesFor } from "../../shared/place-of.ts";
import { DIRECT_MESSAGES, type DiscordSettings } from "../discord-settings.ts";
import type { DiscordRest } from "../post/discord-rest.ts";

/** What must be known of a channel. */
export interface ChannelFacts {
  readonly id: string;
  readonly kind: "direct" | "thread" | "text" | "other";
  readonly guild?: string;
  /** Of a thread: the channel it hangs on. */
  readonly parent?: string;
}

export interface Channels {
  /** From discord.js's memory, else from Discord. */
  facts(id: string): Promise<ChannelFacts>;
  /** What stands in an event saves the question. */
  learn(channel: unknown, guild: string | undefined): void;
  isThread(id: string): boolean;
  rules(facts: ChannelFacts): DiscordRules;
  /** `false` only where Discord says so: what is not known is tried. */
  mayStartThread(id: string): boolean;
  /** The same for what was said there before. */
  mayReadBack(id: string): boolean;
}

export interface DiscordRules extends PlaceRules {
  readonly startThreads: boolean;
}

const Channel = z.looseObject({
  id: z.string(),
  type: z.number(),
  guild_id: z.string().nullish(),
  parent_id: z.string().nullish(),
});
const THREADS = [10, 11, 12];
/** Channels in which a message can have a thread: text and announcements. */
const TEXTS = [0, 5];
const DIRECT = 1;
const KEPT = 2_000;

export function createChannels(
  { places }: Pick<DiscordSettings, "places">,
  client: () => Client | undefined,
  rest: DiscordRest,
): Channels {
  const known = new Map<string, ChannelFacts>();

  function remember(channel: z.infer<typeof Channel>, guild?: string): ChannelFacts {
    const facts = factsOf(channel, guild);
    known.delete(facts.id);
    known.set(facts.id, facts);
    if (known.size > KEPT) known.delete(known.keys().next().value ?? facts.id);
    return facts;
  }

  function inMemory(id: string): ChannelFacts | undefined {
    const cached = client()?.channels.cache.get(id);
    if (!cached) return known.get(id);
    const guild = "guildId" in cached ? (cached.guildId ?? undefined) : undefined;
    const parent = "parentId" in cached ? cached.parentId : undefined;
    return factsOf({ id, type: cached.type, parent_id: parent }, guild);
  }

  function may(id: string, wanted: PermissionsString[]): boolean {
    const channel = client()?.channels.cache.get(id);
    const me = client()?.user;
    if (!channel || !me || !("permissionsFor" in channel)) return true;
    return channel.permissionsFor(me)?.has(wanted) ?? true;
  }

  return {
    async facts(id) {
      return inMemory(id) ?? remember(Channel.parse(await rest.call("get", Routes.channel(id))));
    },
    learn(channel, guild) {
      const read = Channel.safeParse(channel).data;
      // Without its server a channel of one would be taken for a direct message.
      if (read && (guild ?? read.guild_id ?? read.type === DIRECT)) remember(read, guild);
    },
    isThread: (id) => inMemory(id)?.kind === "thread",
    rules(facts) {
      const where = { server: facts.guild ?? DIRECT_MESSAGES, channel: facts.parent ?? facts.id };
      const exact = placesFor(places, where).find((place) => place.startThreads !== undefined);
      return { ...placeOf(places, where), startThreads: exact?.startThreads ?? true };
    },
    mayStartThread: (id) => may(id, ["CreatePublicThreads", "SendMessagesInThreads"]),
    mayReadBack: (id) => may(id, ["ViewChannel", "ReadMessageHistory"]),
  };
}

/** What a channel's type and places say of it. */
export function factsOf(
  { id, type, guild_id, parent_id }: Pick<z.infer<typeof Channel>, "id" | "type" | "guild_id" | "parent_id">,
  guild?: string,
): ChannelFacts {
  const of = guild ?? guild_id ?? undefined;
  if (of === undefined) return { id, kind: "direct" };
  if (THREADS.includes(type)) return { id, kind: "thread", guild: of, ...(parent_id ? { parent: parent_id } : {}) };
  return { id, kind: TEXTS.includes(type) ? "text" : "other", guild: of };
}
