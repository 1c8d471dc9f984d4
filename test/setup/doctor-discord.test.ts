import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { examineDiscord } from "../../bots/discord/setup/examine-discord.ts";
import { applicationIdOf, discordInvite } from "../../bots/discord/setup/invite.ts";
import { ALL_PERMISSIONS, missingIn } from "../../bots/discord/setup/permissions.ts";
import type { Finding } from "../../core/domain/finding.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";

let discord: DiscordServer;
beforeEach(async () => {
  await discord?.close();
  discord = await startDiscordServer();
  await register("piloto");
});
afterAll(() => discord.close());

const AGENT = "DiscordBot (https://discord.js.org, 2.6.3)";

async function register(name: string): Promise<void> {
  const path = `/v10/applications/${discord.applicationId}/guilds/${discord.guildId}/commands`;
  const body = JSON.stringify([{ name, description: "Ask, plan, see what runs", type: 1 }]);
  const headers = { authorization: `Bot ${discord.token}`, "content-type": "application/json", "user-agent": AGENT };
  const answer = await fetch(discord.api + path, { method: "PUT", headers, body });
  expect(answer.status).toBe(200);
}

const channelNamed = (name: string) =>
  [...discord.world.channels.values()].find((channel) => channel.name === name)?.id ?? "";

interface Look {
  readonly token?: string;
  readonly apiUrl?: string;
  readonly messageContent?: boolean;
  readonly places?: readonly { server?: string; channel?: string }[];
  readonly permitted?: readonly string[];
}

async function look(change: Look = {}): Promise<Finding[]> {
  const { permitted = ["discord:80351110224678912"], ...settings } = change;
  const base = { token: discord.token, apiUrl: discord.api, messageContent: true, places: [] };
  const findings: Finding[] = [];
  for await (const finding of examineDiscord({
    settings: { ...base, ...settings },
    permitted: permitted as AccountId[],
  })) {
    findings.push(finding);
  }
  return findings;
}

const notWell = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== "ok");

/** What is wrong is named, with what to do, and nothing else is called wrong. */
function expectOnly(
  findings: readonly Finding[],
  wanted: { what: RegExp; state: string; found: RegExp; todo: RegExp },
) {
  const [first, ...others] = notWell(findings);
  expect(first?.what).toMatch(wanted.what);
  expect(first?.state).toBe(wanted.state);
  expect(first?.found).toMatch(wanted.found);
  expect(first?.todo).toMatch(wanted.todo);
  expect(others).toEqual([]);
  expect(JSON.stringify(findings)).not.toContain(discord.token);
}

describe("piloto doctor discord", () => {
  test("finds nothing wrong with a bot that was invited by Piloto's own link", async () => {
    expect(notWell(await look())).toEqual([]);
    expect(discord.violations).toEqual([]);
  });

  test("names a token that is missing, and one that Discord does not know", async () => {
    const missing = { what: /token/, state: "bad", found: /no bot token/, todo: /DISCORD_TOKEN/ };
    expectOnly(await look({ token: undefined }), missing);
    expectOnly(await look({ token: "MTIz.aa.bb" }), { ...missing, found: /401/, todo: /Reset the token/ });
  });

  test("names the privileged intent that the settings want and the app lacks", async () => {
    await discord.close();
    discord = await startDiscordServer({ privileged: 0 });
    await register("piloto");
    const wanted = { what: /intents/, state: "bad", found: /message content/, todo: /Message Content Intent/ };
    expectOnly(await look(), wanted);
    expect(notWell(await look({ messageContent: false }))).toEqual([]);
  });

  test("says that it is on no server, with the link that invites it", async () => {
    discord.kickBot();
    const wanted = { what: /server/, state: "bad", found: /no server/, todo: /oauth2\/authorize\?client_id=\d+/ };
    expectOnly(await look(), wanted);
  });

  test("says that its command is not registered", async () => {
    await register("other");
    expectOnly(await look(), { what: /Harbour/, state: "warn", found: /not registered/, todo: /next start/ });
  });

  test("says that nobody on Discord may do anything", async () => {
    const wanted = { what: /people/, state: "bad", found: /nobody/, todo: /discord:role/ };
    expectOnly(await look({ permitted: ["terminal:*", "slack:T1/*"] }), wanted);
  });

  test("names a channel that lacks a permission, a channel of the settings more loudly", async () => {
    discord.removePermission("operations", "SEND_MESSAGES_IN_THREADS");
    const wanted = {
      what: /Harbour/,
      state: "warn",
      found: /#operations lacks Send Messages in Threads/,
      todo: /Allow/,
    };
    expectOnly(await look(), wanted);
    expectOnly(await look({ places: [{ channel: channelNamed("operations") }] }), { ...wanted, state: "bad" });
  });

  test("does not call a channel wrong that it is kept out of, unless the settings name it", async () => {
    discord.removePermission("operations", "VIEW_CHANNEL");
    expect(notWell(await look())).toEqual([]);
    const wanted = { what: /Harbour/, state: "bad", found: /View Channel/, todo: /Allow/ };
    expectOnly(await look({ places: [{ channel: channelNamed("operations") }] }), wanted);
  });

  test("names places that are not there", async () => {
    const wanted = { what: /places/, state: "bad", found: /channel 123456789012345678/, todo: /Copy ID/ };
    expectOnly(await look({ places: [{ channel: "123456789012345678" }] }), wanted);
    expectOnly(await look({ places: [{ server: "99999999999999999" }] }), { ...wanted, found: /server 99/ });
  });

  test("says that Discord cannot be reached", async () => {
    const findings = await look({ apiUrl: "http://127.0.0.1:9/api" });
    expectOnly(findings, { what: /token/, state: "bad", found: /does not answer/, todo: /reachable/ });
  });
});

test("the invite link asks for exactly the permissions that the doctor looks for", () => {
  const link = new URL(discordInvite("123456789012345678", "234567890123456789"));
  const asked = BigInt(link.searchParams.get("permissions") ?? "0");
  expect(missingIn(asked)).toEqual([]);
  expect(asked).toBe(ALL_PERMISSIONS);
  expect(link.searchParams.get("scope")).toBe("bot applications.commands");
  expect(link.searchParams.get("guild_id")).toBe("234567890123456789");
});

test("a token tells its application's id, and what is no token tells none", () => {
  expect(applicationIdOf("MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.xyz")).toBe("123456789012345678");
  expect(applicationIdOf("Bot something")).toBeUndefined();
});
