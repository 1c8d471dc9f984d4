import type { DiscordServer } from "../../test/support/discord-server/discord-server.ts";
import { htmlOfModal, htmlOfThread } from "../../test/support/discord-server/render-message.ts";

type Take = (html: string, name: string) => Promise<void>;

/** A plan, its form, and its end. */
export async function takeDiscord(discord: DiscordServer, take: Take): Promise<void> {
  const { world } = discord;
  await discord.until(() => world.commands.size > 0, "the commands are registered", 15_000);
  const said = discord.mention("ana", "set the stock of M8 bolt to 400");
  const card = await discord.posted((post) => post.text.includes("Confirm"), 20_000);
  const thread = discord.threadOf(said) ?? card.channelId;
  await take(htmlOfThread(world, thread), "plan");
  const form = discord.press(card, "Edit", "ben");
  await form.answered();
  await take(htmlOfModal(world, form.modal), "edit");
  await discord.press(card, "Confirm", "ben").answered();
  await discord.until(() => discord.textOf(card).includes("Done ·"), "the plan is done", 30_000);
  await take(htmlOfThread(world, thread), "done");
}
