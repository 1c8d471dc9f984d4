import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { compose, type House } from "../../src/compose.ts";
import { readSettings } from "../../src/settings.ts";
import { type DiscordServer, startDiscordServer } from "../../test/support/discord-server/discord-server.ts";
import { openPictures } from "../../test/support/pictures.ts";
import { type SlackServer, startSlackServer } from "../../test/support/slack-server/slack-server.ts";
import { takeDiscord } from "./take-discord.ts";
import { takeSlack } from "./take-slack.ts";

/**
 * Makes the pictures of docs/slack.md and docs/discord.md: the demo house in a Slack and a Discord on loopback, what
 * they were sent drawn by test/support. Needs /usr/bin/chromium. `npm run pictures [-- FOLDER]`.
 */
async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const data = mkdtempSync(path.join(tmpdir(), "piloto-pictures-"));
  const slack = await startSlackServer({ teams: [TEAM] });
  const discord = await startDiscordServer({ people: { ana: [], ben: [] }, guilds: ["Workshop"] });
  const pictures = await openPictures();
  const house = await openDemo(data, slack, discord);
  try {
    await house.start();
    await takeSlack(slack, (html, name) => pictures.take(html, path.join(folder, `slack-${name}.png`), SIZE));
    await takeDiscord(discord, (html, name) => pictures.take(html, path.join(folder, `discord-${name}.png`), SIZE));
  } finally {
    await house.stop();
    await Promise.all([pictures.close(), slack.close(), discord.close()]);
    rmSync(data, { recursive: true, force: true });
  }
}

/** Small enough for a repository, large enough to read. */
const SIZE = { width: 720, scale: 1 };

const TEAM = {
  id: "T0ACME",
  name: "Workshop",
  users: [
    { id: "U0ANA", name: "ana", realName: "Ana" },
    { id: "U0BEN", name: "ben", realName: "Ben" },
  ],
  channels: [{ id: "C0WORKSHOP", name: "workshop" }],
};

function openDemo(folder: string, slack: SlackServer, discord: DiscordServer): Promise<House> {
  const env = {
    PILOTO_DATA_DIR: folder,
    PILOTO_DEMO: "1",
    PILOTO_PORT: "0",
    PILOTO_LOG_LEVEL: "warn",
    SLACK_BOT_TOKEN: slack.botToken(),
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
  };
  return compose(readSettings({ env, folder }), { platforms: [], serve: true });
}

await main(process.argv[2] ?? "docs/pictures");
