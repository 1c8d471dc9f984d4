import { CHANNEL_TYPE, type Channel, type World } from "./world.ts";

/** The direct messages of the bot with a person; the same channel every time. */
export function directChannel(world: World, userId: string): Channel {
  for (const channel of world.channels.values()) if (channel.recipientId === userId) return channel;
  const channel: Channel = {
    id: world.ids.next(),
    type: CHANNEL_TYPE.direct,
    name: "direct messages",
    recipientId: userId,
    overwrites: new Map(),
    messages: new Map(),
    lastMessageId: null,
  };
  world.channels.set(channel.id, channel);
  return channel;
}
