import type { Discord } from "./discord.ts";
import { permissionsIn } from "./permissions.ts";
import { type Json, wireChannel, wireDirect, wireMember, wireMessage, wireUser } from "./wire.ts";
import { type Channel, type Interaction, type InteractionType, keepNewest, type Message, type User } from "./world.ts";

/** An answer later than this is refused, 10062: https://discord.com/developers/docs/interactions/receiving-and-responding */
export const ANSWER_WITHIN_MS = 3000;
/** How long the token of an interaction works. */
export const TOKEN_LIVES_MS = 15 * 60_000;

export interface InteractionDraft {
  readonly type: InteractionType;
  readonly user: User;
  readonly channel: Channel;
  readonly data: Json;
  /** The message with the component. */
  readonly message?: Message;
  readonly name?: string;
}

/** Somebody used a command, a component or a modal: kept until its token dies, and sent to the bot. */
export function interact(discord: Discord, draft: InteractionDraft): Interaction {
  const { world } = discord;
  const { user, channel, message } = draft;
  const id = world.ids.next();
  const interaction: Interaction = {
    id,
    token: tokenOf(discord, id),
    type: draft.type,
    userId: user.id,
    channelId: channel.id,
    guildId: channel.guildId,
    createdMs: world.nowMs(),
    sentAt: performance.now(),
    messageId: message?.id,
    name: draft.name,
    answer: undefined,
    followUps: [],
    waiting: [],
  };
  world.interactions.set(interaction.token, interaction);
  keepNewest(world.interactions, world.limits.history);
  send(discord, interaction, draft);
  return interaction;
}

/** The dispatch, with every field without which discord.js throws: `entitlements`, `authorizing_integration_owners`. */
function send(
  discord: Discord,
  interaction: Interaction,
  { channel, user, data, message, type }: InteractionDraft,
): void {
  const { world } = discord;
  const guild = world.guilds.get(channel.guildId ?? "");
  const member = guild?.members.get(user.id);
  const event: Json = {
    id: interaction.id,
    application_id: world.applicationId,
    type,
    token: interaction.token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: guild ? wireChannel(channel) : wireDirect(world, channel),
    app_permissions: permissionsIn(world, channel, world.bot.id).toString(),
    locale: "en-US",
    entitlements: [],
    authorizing_integration_owners: guild ? { "0": guild.id } : { "0": "0" },
    context: guild ? 0 : 1,
    attachment_size_limit: world.limits.fileBytes,
    ...(guild && { guild_id: guild.id, guild_locale: "en-US", guild: { id: guild.id, locale: "en-US", features: [] } }),
    ...(guild && member
      ? {
          member: {
            ...wireMember(member),
            user: wireUser(user),
            permissions: permissionsIn(world, channel, user.id).toString(),
          },
        }
      : { user: wireUser(user) }),
    ...(message && { message: wireMessage(world, message) }),
  };
  discord.tell({ name: "INTERACTION_CREATE", data: event, intent: 0 });
}

/** Real tokens are long; discord.js tells them from channel ids by their place in the path only. */
function tokenOf(discord: Discord, id: string): string {
  const noise = Array.from({ length: 12 }, () => Math.floor(discord.random() * 2 ** 32).toString(36)).join("");
  return Buffer.from(`interaction:${id}:${noise}`).toString("base64url");
}
