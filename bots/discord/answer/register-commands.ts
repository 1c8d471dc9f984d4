import { Routes } from "discord.js";
import { z } from "zod";
import { canonicalJson, sha256 } from "../../../core/domain/canonical.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { DISCORD } from "../discord-ids.ts";
import type { HearDeps } from "../hear/hear-deps.ts";
import { patiently } from "../post/patiently.ts";
import { reasonOf, troubleOf } from "../post/trouble.ts";
import { commandsOfPiloto } from "./commands.ts";

/**
 * Registers the commands in a server, only when they are other ones than those that were registered last: Discord takes
 * 200 changes a day. A server that refuses is told of in the log, and works by mentions.
 */
export async function registerCommands(
  guild: string,
  application: string,
  { rest, stores, clock, counts, logger }: HearDeps,
): Promise<void> {
  const commands = commandsOfPiloto();
  const key = commandsNote(guild);
  const hash = sha256(canonicalJson({ application, commands }));
  const route = Routes.applicationGuildCommands(application, guild);
  const isNoted = (await stores.read((tx) => tx.faceNotes.get(DISCORD, key))) === hash;
  try {
    if (isNoted && (await areThere(commands.length, () => rest.call("get", route), clock))) return;
    await patiently(() => rest.call("put", route, { body: commands }), { clock });
    counts.add("commandsRegistered");
    await stores.atomically((tx) => tx.faceNotes.put(DISCORD, key, hash, clock.nowMs()));
  } catch (error) {
    const trouble = troubleOf(error);
    counts.add("commandsRefused");
    const why = trouble ? reasonOf(trouble) : String(error).slice(0, 300);
    logger.warn(
      { guild, why },
      "The commands could not be registered. If Discord forbids it, invite Piloto with the applications.commands scope.",
    );
  }
}

/** A server that took Piloto out while it was down, and in again, has none of them: their number tells it. */
async function areThere(count: number, list: () => Promise<unknown>, clock: Clock): Promise<boolean> {
  return z.array(z.unknown()).parse(await patiently(list, { clock })).length === count;
}

/** The face note that holds the hash of what was registered in a server. */
export const commandsNote = (guild: string): string => `commands/${guild}`;
