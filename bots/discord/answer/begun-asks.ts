import { Routes } from "discord.js";
import { z } from "zod";
import { type AccountId, asId, type ProjectId } from "../../../core/domain/ids.ts";
import { DISCORD } from "../discord-ids.ts";
import type { HearDeps } from "../hear/hear-deps.ts";

/** A request by a command that may stand in its channel already, and is in no record yet. */
export type BegunAsk = z.infer<typeof BegunAsk>;

const Id = z.string().regex(/^\d{1,20}$/);
const Account = z.string().transform((id) => asId<AccountId>(id));
const BegunAsk = z.object({
  interaction: Id,
  guild: Id.optional(),
  channel: Id,
  text: z.string(),
  projectId: z.string().transform((id) => asId<ProjectId>(id)),
  who: z.object({ account: Account, groups: z.array(Account).readonly(), name: z.string() }),
});
const Listed = z.array(
  z.looseObject({ id: Id, interaction_metadata: z.looseObject({ id: z.string() }).nullish().catch(undefined) }),
);
const PREFIX = "asked/";
const MOST = 200;
const PAGE = 100;
const LOOK_BACK_MS = 24 * 3_600_000;

type Deps = Pick<HearDeps, "stores" | "clock" | "logger">;

/** Kept until the request is in the record: what a crash cuts off is left to the next process. Never rejects. */
export function keepAsk(ask: BegunAsk, { stores, clock, logger }: Deps): Promise<void> {
  const note = { ...ask, who: { ...ask.who, groups: [...ask.who.groups] } };
  return stores
    .atomically((tx) => tx.faceNotes.put(DISCORD, PREFIX + ask.interaction, note, clock.nowMs()))
    .catch((error) => logger.warn({ error: String(error) }, "A request could not be noted; a crash would lose it."));
}

/** It is in the record, or its person was told that it failed. Never rejects: one that is left is taken once all the same. */
export async function forgetAsk(interaction: string, { stores, logger }: Deps): Promise<void> {
  await stores
    .atomically((tx) => tx.faceNotes.remove(DISCORD, PREFIX + interaction))
    .catch((error) => logger.warn({ error: String(error) }, "The note of a request could not be removed."));
}

/** What was begun and is not over: by a process that died, or just now. */
export function asksLeftOver({ stores, clock }: Deps): Promise<BegunAsk[]> {
  return stores.atomically(async (tx) => {
    await tx.faceNotes.forget(DISCORD, PREFIX, clock.nowMs() - LOOK_BACK_MS);
    const notes = await tx.faceNotes.list(DISCORD, PREFIX, { limit: MOST });
    return notes.flatMap(({ value }) => BegunAsk.safeParse(value).data ?? []);
  });
}

/**
 * The message of a request among the latest hundred of its channel. `undefined`: it never came to stand there, and its
 * person was told by Discord that it failed.
 */
export async function messageOfAsk(ask: BegunAsk, { rest }: Pick<HearDeps, "rest">): Promise<string | undefined> {
  const query = { limit: String(PAGE) };
  const listed = Listed.parse(await rest.call("get", Routes.channelMessages(ask.channel), { query }));
  return listed.find((one) => one.interaction_metadata?.id === ask.interaction)?.id;
}
