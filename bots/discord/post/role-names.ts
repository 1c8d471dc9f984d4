import type { Client } from "discord.js";
import { plainLine } from "../../../core/domain/plain-text.ts";

const ROLE = /(?<!\w)role\/(\d{17,20})(?!\w)/g;

/**
 * A card's note with what roles are called in the place of their numbers: a project may name a role that may confirm,
 * and only Discord knows what it is called. A role that this bot does not see stays a number.
 */
export function withRoleNames(note: string, client: Client | undefined): string {
  return note.replace(ROLE, (whole, id: string) => {
    const name = client?.guilds.cache.map((guild) => guild.roles.cache.get(id)?.name).find(Boolean);
    return name === undefined ? whole : `@${plainLine(name.replace(/^@/, ""), 60)}`;
  });
}
