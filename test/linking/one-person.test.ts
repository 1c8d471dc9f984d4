import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { linkedAccounts } from "../../core/access/holder-of.ts";
import { personsOf, samePerson } from "../../core/access/same-person.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import { compose, type House } from "../../src/compose.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { readSettings } from "../../src/settings.ts";
import { told, watch } from "../discord/discord-house.ts";
import { openWorld, type World } from "../story/story-house.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";

/** Grace may confirm, by her Slack account alone; in Discord nobody named her. Linus is a stranger on both. */
let slack: SlackServer;
let discord: DiscordServer;
let world: World;
let house: House;
const inSlack: AccountId = asId("slack:T0ACME/U0GRACE");
let inDiscord: AccountId;

beforeAll(async () => {
  discord = await startDiscordServer({ people: { ada: [], grace: [], linus: [] } });
  slack = await startSlackServer({
    teams: [
      {
        id: "T0ACME",
        name: "Acme",
        users: ["U0GRACE", "U0LINUS"].map((id) => ({ id, name: id.slice(2).toLowerCase() })),
        channels: [{ id: "C0OPS", name: "ops" }],
      },
    ],
  });
  world = await openWorld();
  const user = (name: string) => [...discord.world.users.values()].find((one) => one.username === name)!.id;
  inDiscord = asId(`discord:${user("grace")}`);
  const access = { propose: [`discord:${user("ada")}`], confirm: [inSlack], administer: [] };
  const services = { workshop: { source: world.workshop.url, allow: EVERYDAY_WRITES } };
  const settings = {
    fleet: world.pcs.nodes,
    logLevel: "silent",
    discord: { messageContent: true },
    projects: { workshop: { name: "Workshop", access, services } },
  };
  writeFileSync(path.join(world.folder, "settings.json"), JSON.stringify(settings));
  const env = {
    PILOTO_DATA_DIR: world.folder,
    PILOTO_PORT: "0",
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    SLACK_BOT_TOKEN: slack.botToken(),
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  house = await compose(readSettings({ env, folder: world.folder }), { platforms: [], serve: true });
  await house.start();
  await slack.connected(2);
  await discord.until(() => discord.world.commands.size > 0, "the commands are registered", 10_000);
  while (!(await mayWrite())) await new Promise((resolve) => setTimeout(resolve, 10));
}, 30_000);
afterAll(async () => {
  await house.stop();
  await Promise.all([slack.close(), discord.close(), world.stop()]);
});

/** Services are registered beside the start, and what may be written is allowed after that. */
const mayWrite = () =>
  house.stores.read(async (tx) => {
    const [workshop] = await tx.services.list(house.settings.defaultProject);
    const endpoints = workshop ? await tx.services.endpoints(workshop.id) : [];
    return endpoints.some(({ risk, isAllowed }) => risk === "write" && isAllowed);
  });

const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";
const CODE = /\b[A-Z2-9]{4}-[A-Z2-9]{4}\b/;

/** What one person reads privately in Slack after a command, once it fits. */
async function toldInSlack(user: string, text: string, wanted: RegExp): Promise<string> {
  await slack.slash({ text, user, channel: "C0OPS" });
  const found = () => slack.world.ephemerals.findLast((one) => one.to === user && wanted.test(JSON.stringify(one)));
  await slack.until(`${user} is told ${wanted}`, () => found() !== undefined);
  return JSON.stringify(found());
}

const toldInDiscord = (user: string, sub: string, given: Record<string, string> = {}) =>
  told(discord, discord.slash(user, "piloto", sub, given));

const stock = () => world.workshop.state.parts.find(({ name }) => name === "M8 bolt")!.stock;

test("one person linked over Slack and Discord counts as one, until the link is undone", async () => {
  const see = watch(discord);
  const thread = await see.thread(discord.mention("ada", ASK));
  const card = await see.shown(thread, "[Confirm]");
  expect(await told(discord, discord.press(card, "Confirm", "grace"))).toContain("may not confirm");
  expect(await toldInDiscord("grace", "whoami")).toContain("I do not know");

  const [code = ""] = CODE.exec(await toldInSlack("U0GRACE", "link", CODE)) ?? [];
  expect(await toldInDiscord("grace", "link", { code })).toContain(inSlack);
  // Once, whoever enters it.
  expect(await toldInDiscord("linus", "link", { code })).toContain("I do not know");
  expect(await toldInDiscord("grace", "whoami")).toContain(`Linked with: ${inSlack}`);

  await discord.press(card, "Confirm", "grace").answered();
  await see.shown(thread, "Done · 3 steps");
  expect(stock()).toBe(400);

  const accounts = [inSlack, inDiscord];
  const linked = await house.stores.read((tx) => linkedAccounts(tx, accounts));
  expect(samePerson(inSlack, inDiscord, linked)).toBe(true);
  expect(personsOf([{ by: inSlack }, { by: inDiscord }], linked)).toEqual([inSlack]);

  await toldInSlack("U0GRACE", "link unlink", /stands alone again/);
  const again = await see.thread(discord.mention("ada", ASK));
  const next = await see.shown(again, "[Confirm]");
  expect(await told(discord, discord.press(next, "Confirm", "grace"))).toContain("may not confirm");
  const recorded = await house.stores.read((tx) => tx.audit.after(0, 500));
  const verbs = recorded.filter(({ by }) => accounts.includes(by as AccountId)).map(({ did }) => did);
  expect(verbs).toEqual(expect.arrayContaining(["make-link-code", "link-account", "confirm-plan", "unlink-account"]));
  expect(JSON.stringify(recorded)).not.toContain(code.replace("-", ""));
  expect([...discord.violations, ...slack.violations]).toEqual([]);
});
