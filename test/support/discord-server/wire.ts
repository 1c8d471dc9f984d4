import { FLAG } from "./message-rules.ts";
import { may } from "./permissions.ts";
import {
  CHANNEL_TYPE,
  type Channel,
  type Command,
  type Guild,
  type Member,
  type Message,
  type User,
  type World,
} from "./world.ts";

/** What exists, in the JSON that Discord sends. Arrays are never null: discord.js falls over that. */
export type Json = Record<string, unknown>;

export const wireUser = (user: User): Json => ({
  id: user.id,
  username: user.username,
  discriminator: "0",
  global_name: user.globalName,
  avatar: null,
  bot: user.bot,
  system: false,
  banner: null,
  accent_color: null,
  public_flags: 0,
});

export const wireMember = (member: Member): Json => ({
  nick: null,
  avatar: null,
  roles: [...member.roles],
  joined_at: iso(member.joinedMs),
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
});

export const wireRoles = (guild: Guild): Json[] =>
  [...guild.roles.values()].map((role) => ({
    id: role.id,
    name: role.name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: role.position,
    permissions: role.permissions.toString(),
    managed: false,
    mentionable: true,
    flags: 0,
  }));

export function wireChannel(channel: Channel, forUser?: string): Json {
  if (channel.thread) return wireThread(channel, forUser);
  if (channel.type === CHANNEL_TYPE.direct)
    return { id: channel.id, type: 1, last_message_id: channel.lastMessageId, flags: 0 };
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    position: 0,
    parent_id: null,
    topic: null,
    nsfw: false,
    flags: 0,
    rate_limit_per_user: 0,
    last_message_id: channel.lastMessageId,
    permission_overwrites: [...channel.overwrites].map(([id, { kind, allow, deny }]) => ({
      id,
      type: kind === "role" ? 0 : 1,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
  };
}

/** A direct message channel as its API routes and events show it. */
export function wireDirect(world: World, channel: Channel): Json {
  const other = world.users.get(channel.recipientId ?? "");
  return { ...wireChannel(channel), recipients: other ? [wireUser(other)] : [] };
}

function wireThread(channel: Channel, forUser?: string): Json {
  const thread = channel.thread!;
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    parent_id: channel.parentId,
    name: channel.name,
    owner_id: thread.ownerId,
    last_message_id: channel.lastMessageId,
    rate_limit_per_user: 0,
    flags: 0,
    message_count: channel.messages.size,
    total_message_sent: channel.messages.size,
    member_count: thread.members.size,
    thread_metadata: {
      archived: thread.archived,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: iso(thread.archiveChangedMs),
      create_timestamp: iso(thread.createdMs),
      locked: thread.locked,
    },
    ...(forUser !== undefined && thread.members.has(forUser) && { member: wireThreadMember(channel, forUser) }),
  };
}

export const wireThreadMember = (channel: Channel, userId: string): Json => ({
  id: channel.id,
  user_id: userId,
  join_timestamp: iso(channel.thread!.createdMs),
  flags: 0,
});

/** A message as everybody who may see it sees it. `withReply` false inside another message. */
export function wireMessage(world: World, message: Message, withReply = true): Json {
  const author = world.users.get(message.authorId);
  const replied = message.replyTo === undefined ? undefined : findMessage(world, message.channelId, message.replyTo);
  const thread = message.threadId === undefined ? undefined : world.channels.get(message.threadId);
  return {
    id: message.id,
    channel_id: message.channelId,
    author: author ? wireUser(author) : deletedUser(message.authorId),
    content: message.content,
    timestamp: iso(message.createdMs),
    edited_timestamp: message.editedMs === undefined ? null : iso(message.editedMs),
    tts: false,
    mention_everyone: message.mentionEveryone,
    mentions: message.mentions.flatMap((id) => world.users.get(id) ?? []).map(wireUser),
    mention_roles: message.mentionRoles,
    attachments: message.attachments,
    embeds: message.embeds,
    components: message.components,
    pinned: false,
    type: message.type,
    flags: message.flags | (message.threadId === undefined ? 0 : 1 << 5),
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(author?.id === world.bot.id && { application_id: world.applicationId }),
    ...(thread && { thread: wireChannel(thread) }),
    ...(message.replyTo !== undefined && {
      message_reference: {
        type: 0,
        channel_id: message.channelId,
        message_id: message.replyTo,
        guild_id: message.guildId,
      },
    }),
    ...(message.replyTo !== undefined &&
      withReply && { referenced_message: replied ? wireMessage(world, replied, false) : null }),
    ...interactionMetadata(world, message),
  };
}

function interactionMetadata(world: World, { interaction }: Message): Json {
  const user = world.users.get(interaction?.userId ?? "");
  if (!interaction || !user) return {};
  return {
    webhook_id: world.applicationId,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.type,
      user: wireUser(user),
      authorizing_integration_owners: {},
      ...(interaction.name !== undefined && { name: interaction.name }),
    },
  };
}

/** The message with what the gateway adds: the guild and the author's membership. */
export function wireMessageEvent(world: World, message: Message): Json {
  const guild = world.guilds.get(message.guildId ?? "");
  const member = guild?.members.get(message.authorId);
  return {
    ...wireMessage(world, message),
    channel_type: world.channels.get(message.channelId)?.type ?? 0,
    ...(guild && { guild_id: guild.id }),
    ...(member && { member: wireMember(member) }),
  };
}

/** Without MESSAGE_CONTENT these are empty, except in DMs, in own messages and where the app is mentioned. */
export function withoutContent(world: World, message: Message, json: Json): Json {
  const isOpen =
    message.guildId === undefined || message.authorId === world.bot.id || message.mentions.includes(world.bot.id);
  return isOpen ? json : { ...json, content: "", embeds: [], attachments: [], components: [] };
}

export function wireGuild(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: guild.ownerId,
    region: "deprecated",
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: wireRoles(guild),
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: "en-US",
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    nsfw_level: 0,
    nsfw: false,
    premium_progress_bar_enabled: false,
    max_members: 500_000,
    max_video_channel_users: 25,
    max_stage_video_channel_users: 50,
    incidents_data: null,
    unavailable: false,
    member_count: guild.members.size,
    large: false,
    lazy: true,
  };
}

/**
 * GUILD_CREATE: all channels, for bots hear of those too that they may not view; of the threads only those they may view
 * and that are not archived.
 */
export function wireGuildCreate(world: World, guild: Guild): Json {
  const mine = [...world.channels.values()].filter((channel) => channel.guildId === guild.id);
  const me = guild.members.get(world.bot.id);
  return {
    ...wireGuild(guild),
    joined_at: iso(me?.joinedMs ?? world.nowMs()),
    members: me ? [{ ...wireMember(me), user: wireUser(world.bot) }] : [],
    channels: mine.filter((channel) => !channel.thread).map((channel) => wireChannel(channel)),
    threads: mine
      .filter(
        (channel) => channel.thread && !channel.thread.archived && may(world, channel, world.bot.id, "VIEW_CHANNEL"),
      )
      .map((channel) => wireChannel(channel, world.bot.id)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export const wireCommand = (world: World, command: Command): Json => ({
  ...command.definition,
  id: command.id,
  application_id: world.applicationId,
  version: command.version,
  ...(command.guildId !== undefined && { guild_id: command.guildId }),
});

export function findMessage(world: World, channelId: string, messageId: string): Message | undefined {
  return world.channels.get(channelId)?.messages.get(messageId);
}

export const isV2 = (message: Message) => (message.flags & FLAG.componentsV2) !== 0;

const iso = (ms: number) => new Date(ms).toISOString().replace("Z", "000+00:00");
const deletedUser = (id: string): Json => ({
  id,
  username: "deleted_user",
  discriminator: "0",
  global_name: null,
  avatar: null,
});
