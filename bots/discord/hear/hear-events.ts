import { z } from "zod";
import { answerInteraction } from "../answer/answer-interaction.ts";
import { readInteraction } from "../answer/interaction-event.ts";
import { commandsNote, registerCommands } from "../answer/register-commands.ts";
import { hearAsksLeftOver } from "../answer/slash.ts";
import { DISCORD } from "../discord-ids.ts";
import { patiently } from "../post/patiently.ts";
import { catchUp } from "./catch-up.ts";
import type { HearDeps } from "./hear-deps.ts";
import { hearMessage } from "./hear-message.ts";
import { createInOrder } from "./in-order.ts";
import { keepTrying } from "./keep-trying.ts";
import { DiscordMessage } from "./message-event.ts";
import { hearMissedMentions } from "./missed-mentions.ts";

/** All that comes from the gateway, in order within a channel. */
export interface EventHearer {
  hear(name: string, data: unknown): void;
  /** Nothing new is taken; resolves when what was begun is done. */
  stop(): Promise<void>;
}

const Place = z.object({
  id: z.string(),
  last_message_id: z
    .string()
    .regex(/^\d{1,20}$/)
    .nullish(),
});
const Guild = z.looseObject({
  id: z.string(),
  unavailable: z.boolean().nullish(),
  channels: z.array(Place).catch([]).default([]),
  threads: z.array(Place).catch([]).default([]),
});
const IDS_KEPT = 5_000;

export function createEventHearer(deps: () => HearDeps | undefined): EventHearer {
  const order = createInOrder();
  const seen = new Set<string>();
  const stopping = new AbortController();
  let catching = new AbortController();
  /** The latest message of each place, as the servers of this session told when they came. */
  let newest = new Map<string, string>();

  /** Events are delivered again after a resume, and sometimes just so. */
  function isNew(id: string): boolean {
    if (seen.has(id)) return false;
    seen.add(id);
    if (seen.size > IDS_KEPT) seen.delete(seen.keys().next().value ?? id);
    return true;
  }

  function work(lane: string, what: string, to: HearDeps, act: (to: HearDeps) => Promise<void>): void {
    order.run(lane, () =>
      act(to).catch((error: unknown) => {
        to.counts.add("failedEvents");
        to.logger.error({ what, error: String(error).slice(0, 500) }, "Something of Discord's could not be worked on.");
      }),
    );
  }

  function message(data: unknown, to: HearDeps): void {
    const atMs = to.presence.due();
    if (atMs !== undefined) work("catch-up", "presence", to, ({ presence }) => presence.note(atMs));
    const read = DiscordMessage.safeParse(data);
    if (!read.success) to.counts.add("unreadable");
    else if (!isNew(read.data.id)) to.counts.add("duplicates");
    else work(read.data.channel_id, "message", to, (all) => patiently(() => hearMessage(read.data, all), all));
  }

  function interaction(data: unknown, to: HearDeps): void {
    const read = readInteraction(data);
    if (!read) to.counts.add("unreadable");
    else if (!isNew(read.id)) to.counts.add("duplicates");
    // None waits for another one: each has its own three seconds.
    else work(`interaction:${read.id}`, "interaction", to, (all) => answerInteraction(read, all));
  }

  function guildCame(data: unknown, to: HearDeps): void {
    const application = to.client()?.application?.id ?? to.ownId();
    const guild = Guild.safeParse(data).data;
    if (!guild || guild.unavailable || !application) return;
    for (const { id, last_message_id: last } of [...guild.channels, ...guild.threads]) if (last) newest.set(id, last);
    const atMs = to.clock.nowMs();
    const { signal } = catching;
    const register = (all: HearDeps) => registerCommands(guild.id, application, all);
    work(`guild:${guild.id}`, "commands", to, (all) => keepTrying("commands", () => register(all), all, signal));
    work("catch-up", "missed mentions", to, async (all) => {
      const { presence } = all;
      const sinceMs = presence.awaySinceMs;
      if (sinceMs !== undefined) await hearMissedMentions(data, sinceMs, all, signal);
      if (signal.aborted) presence.staysBehind();
      await presence.note(atMs);
    });
  }

  /** Not an outage: Piloto was taken out of the server, and its commands with it. */
  function guildWent(data: unknown, to: HearDeps): void {
    const guild = Guild.safeParse(data).data;
    if (!guild || guild.unavailable) return;
    to.counts.add("guildsLeft");
    to.logger.warn({ guild: guild.id }, "Piloto was taken out of a server; runs go on, and nothing is told there.");
    work(`guild:${guild.id}`, "commands", to, async ({ stores }) => {
      await stores.atomically((tx) => tx.faceNotes.remove(DISCORD, commandsNote(guild.id)));
    });
  }

  /** A new session: what happened before it is not delivered again. A resumed one has no READY. */
  function beginCatchUp(to: HearDeps): void {
    to.held.gap();
    // One that is under way knows nothing of the latest gap.
    catching.abort();
    catching = new AbortController();
    newest = new Map();
    const [{ signal }, latest] = [catching, newest];
    const caughtUp = async (all: HearDeps) => {
      await all.presence.returns();
      await catchUp(all, signal, latest);
    };
    work("catch-up", "catch-up", to, (all) => keepTrying("catching up", () => caughtUp(all), all, signal));
    work("asks", "asks", to, (all) => keepTrying("commands left over", () => hearAsksLeftOver(all), all, signal));
  }

  return {
    hear(name, data) {
      const to = deps();
      if (!to || stopping.signal.aborted) return;
      if (name === "MESSAGE_CREATE") message(data, to);
      else if (name === "INTERACTION_CREATE") interaction(data, to);
      else if (name === "THREAD_CREATE") to.channels.learn(data, undefined);
      else if (name === "GUILD_CREATE") guildCame(data, to);
      else if (name === "GUILD_DELETE") guildWent(data, to);
      else if (name === "READY") beginCatchUp(to);
    },
    stop() {
      stopping.abort();
      catching.abort();
      return order.settled();
    },
  };
}
