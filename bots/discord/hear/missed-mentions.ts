import { z } from "zod";
import { idAt, madeAtMs } from "../post/message-marker.ts";
import { hearMissed } from "./catch-up.ts";
import { type ChannelFacts, factsOf } from "./channels.ts";
import type { HearDeps } from "./hear-deps.ts";

const Id = z.string().regex(/^\d{1,20}$/);
const Channel = z.looseObject({ id: Id, type: z.number(), parent_id: Id.nullish(), last_message_id: Id.nullish() });
const Listed = z.array(z.unknown()).default([]);
const Guild = z.looseObject({ id: Id, channels: Listed, threads: Listed });
/** Of one server, those in which something was said last. */
const MOST_PLACES = 100;

/**
 * A server is there (again), and somebody may have called Piloto meanwhile where it was never spoken to. Those of its
 * channels and open threads in which something was said since then are read; what was heard before is a duplicate.
 */
export async function hearMissedMentions(
  guild: unknown,
  sinceMs: number,
  deps: HearDeps,
  signal: AbortSignal,
): Promise<void> {
  for (const facts of placesSince(guild, sinceMs, deps)) {
    if (signal.aborted) return;
    const last = await hearMissed({ ...facts, last: idAt(sinceMs) }, deps, signal);
    if (last === undefined) deps.presence.staysBehind();
  }
}

function placesSince(guild: unknown, sinceMs: number, { channels }: HearDeps): ChannelFacts[] {
  const read = Guild.safeParse(guild).data;
  const said = [...(read?.channels ?? []), ...(read?.threads ?? [])].flatMap((one) => {
    const channel = Channel.safeParse(one).data;
    const lastMs = madeAtMs(channel?.last_message_id ?? "") ?? 0;
    return channel && lastMs >= sinceMs ? [{ facts: factsOf(channel, read?.id), lastMs }] : [];
  });
  return said
    .filter(({ facts }) => channels.rules(facts).listen && channels.mayReadBack(facts.id))
    .sort((a, b) => b.lastMs - a.lastMs)
    .slice(0, MOST_PLACES)
    .map(({ facts }) => facts);
}
