import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  LabelBuilder,
  type Message,
  MessageFlags,
  ModalBuilder,
  Partials,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";

let discord: DiscordServer;
let client: Client;
let onMessage: (message: Message) => unknown = () => undefined;
let onInteraction: (interaction: Interaction) => unknown = () => undefined;

beforeAll(async () => {
  discord = await startDiscordServer();
  client = await startBot(discord);
  client.on(Events.MessageCreate, (message) => message.author.id !== discord.botId && onMessage(message));
  client.on(Events.InteractionCreate, (interaction) => onInteraction(interaction));
  await client.application!.commands.set(COMMANDS, discord.guildId);
});

afterAll(async () => {
  await client.destroy();
  await discord.close();
});

describe("the real discord.js over the fake Discord", () => {
  test("answers a mention with a card in components v2 and edits it", async () => {
    onMessage = async (message) => {
      if (!message.channel.isSendable()) return;
      const sent = await message.channel.send(card("Check the queue?"));
      await sent.edit(card("Checked."));
    };

    discord.mention("ada", "check the queue");
    const message = await discord.posted((post) => post.text.includes("Check the queue?"));
    await discord.until(() => discord.textOf(message).includes("Checked."), "the card is edited");

    expect(discord.message(message.id).edits).toBe(1);
    expect(discord.violations).toEqual([]);
  });

  test("sees a press with the person's roles, and answers it once", async () => {
    const message = await postCard("Pressed?");
    const seen: string[] = [];
    onInteraction = async (interaction) => {
      if (!interaction.isButton() || !interaction.inCachedGuild()) return;
      seen.push(interaction.customId, ...interaction.member.roles.cache.map((role) => role.name).sort());
      await interaction.deferUpdate();
      await interaction.followUp({ content: "Only you see this.", flags: MessageFlags.Ephemeral });
    };

    const press = discord.press(message, "Confirm", "ada");
    expect((await press.answered()).type).toBe(6);
    await discord.until(() => press.messages().length === 2, "the follow-up arrives");

    expect(seen).toEqual(["confirm", "@everyone", "operator"]);
    expect(press.messages()[1]).toMatchObject({
      content: "Only you see this.",
      visibleTo: discord.world.interactions.get(press.token)?.userId,
    });
    expect(() => discord.press(press.messages()[1]!, "Confirm", "grace")).toThrow(/does not see/);
  });

  test("reads slash options, suggests values and defers", async () => {
    onInteraction = async (interaction) => {
      if (interaction.isAutocomplete())
        await interaction.respond([{ name: interaction.options.getFocused().toUpperCase(), value: "v" }]);
      else if (interaction.isChatInputCommand()) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        await interaction.editReply(`${interaction.options.getSubcommand()}: ${interaction.options.getString("goal")}`);
      }
    };

    const suggested = discord.autocomplete("ada", "piloto", "plan", { goal: "tick" });
    await suggested.answered();
    const slash = discord.slash("ada", "piloto", "plan", { goal: "check the queue" });
    await discord.until(
      () => slash.messages()[0]?.content !== "" && slash.messages().length === 1,
      "the answer is filled",
    );

    expect(suggested.choices).toEqual([{ name: "TICK", value: "v" }]);
    expect(slash.messages()[0]?.content).toBe("plan: check the queue");
  });

  test("opens a modal and reads what the person typed", async () => {
    const message = await postCard("Modal?");
    let typed = "";
    onInteraction = async (interaction) => {
      if (interaction.isButton()) await interaction.showModal(modal());
      else if (interaction.isModalSubmit()) {
        typed = interaction.fields.getTextInputValue("reason");
        await interaction.deferUpdate();
      }
    };

    const press = discord.press(message, "Cancel", "grace");
    await press.answered();
    await discord.submitModal(press, { reason: "not today" }).answered();

    expect(press.modal).toMatchObject({ title: "Cancel the run" });
    expect(typed).toBe("not today");
  });

  test("plans from a message by context menu, in a thread on the answer", async () => {
    onInteraction = async (interaction) => {
      if (!interaction.isMessageContextMenuCommand()) return;
      const response = await interaction.reply({
        content: `About: ${interaction.targetMessage.content}`,
        withResponse: true,
      });
      const thread = await response.resource?.message?.startThread({ name: "plan", autoArchiveDuration: 1440 });
      await thread?.send("Told here.");
    };

    const message = discord.say("linus", "the printer is on fire");
    await discord.contextMenu("ada", "Plan from message", message).answered();
    const told = await discord.posted((post) => post.text === "Told here.");

    expect(discord.message(told.channelId).content).toBe("About: the printer is on fire");
    expect(discord.violations).toEqual([]);
  });
});

const COMMANDS = [
  {
    name: "piloto",
    description: "Plans and runs",
    options: [
      {
        type: 1,
        name: "plan",
        description: "Propose a plan",
        options: [{ type: 3, name: "goal", description: "What to do", required: true, autocomplete: true }],
      },
    ],
  },
  { name: "Plan from message", type: 3 },
] as const;

async function postCard(text: string): Promise<{ id: string }> {
  const channel = client.channels.cache.find((one) => "name" in one && one.name === "general");
  if (!channel?.isSendable()) throw new Error("The channel general is missing.");
  return channel.send(card(text));
}

function card(text: string) {
  const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setCustomId("confirm").setLabel("Confirm").setStyle(ButtonStyle.Success),
    new ButtonBuilder().setCustomId("cancel").setLabel("Cancel").setStyle(ButtonStyle.Secondary),
  );
  const container = new ContainerBuilder()
    .setAccentColor(0x5865f2)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent(text))
    .addActionRowComponents(row);
  return { components: [container], flags: MessageFlags.IsComponentsV2 as const };
}

function modal() {
  const input = new TextInputBuilder().setCustomId("reason").setStyle(TextInputStyle.Paragraph).setRequired(true);
  return new ModalBuilder()
    .setCustomId("cancel-reason")
    .setTitle("Cancel the run")
    .addLabelComponents(new LabelBuilder().setLabel("Why?").setTextInputComponent(input));
}

async function startBot(server: DiscordServer): Promise<Client> {
  const bot = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.MessageContent,
      GatewayIntentBits.DirectMessages,
    ],
    partials: [Partials.Channel],
    allowedMentions: { parse: [], repliedUser: false },
    rest: { api: server.api, cdn: server.cdn, retries: 0 },
  });
  const ready = new Promise<void>((resolve) => bot.once(Events.ClientReady, () => resolve()));
  await bot.login(server.token);
  await ready;
  return bot;
}
