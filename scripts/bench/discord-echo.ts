import { Client, GatewayIntentBits, Partials } from "discord.js";

/**
 * What Piloto is compared with: a discord.js bot that answers every mention and direct message with its own words, in
 * the same place. No storage, nothing checked.
 */
const { DISCORD_TOKEN = "", DISCORD_API_URL = "" } = process.env;
const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, DirectMessages, MessageContent],
  partials: [Partials.Channel],
  allowedMentions: { parse: [], repliedUser: false },
  rest: { api: DISCORD_API_URL },
});
client.on("messageCreate", async (message) => {
  if (message.author.bot || !client.user) return;
  if (message.guildId !== null && !message.mentions.has(client.user)) return;
  if (message.channel.isSendable()) await message.channel.send(message.content);
});
client.once("clientReady", () => console.log('{"ready":true}'));
await client.login(DISCORD_TOKEN);
