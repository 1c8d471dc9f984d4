import { ALL_PERMISSIONS } from "./permissions.ts";

/**
 * The link by which somebody who manages a server invites Piloto: the bot with exactly the permissions it needs, and
 * its commands.
 */
export function discordInvite(applicationId: string, guildId?: string): string {
  const link = new URL("https://discord.com/oauth2/authorize");
  link.searchParams.set("client_id", applicationId);
  link.searchParams.set("scope", "bot applications.commands");
  link.searchParams.set("permissions", String(ALL_PERMISSIONS));
  if (guildId !== undefined) {
    link.searchParams.set("guild_id", guildId);
    link.searchParams.set("disable_guild_select", "true");
  }
  return link.href;
}

/** The application's id: a bot token begins with it, as base64. `undefined` for what is no token. */
export function applicationIdOf(token: string): string | undefined {
  const id = Buffer.from(token.split(".")[0] ?? "", "base64").toString("utf8");
  return /^\d{15,20}$/.test(id) ? id : undefined;
}
