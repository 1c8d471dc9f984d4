import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { examineSlack } from "../../bots/slack/setup/examine-slack.ts";
import type { InstalledWorkspace } from "../../bots/slack/setup/installed-workspaces.ts";
import { slackManifest } from "../../bots/slack/setup/manifest.ts";
import { BOT_SCOPES } from "../../bots/slack/setup/scopes.ts";
import type { SlackSettings } from "../../bots/slack/slack-settings.ts";
import type { Finding } from "../../core/domain/finding.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";

let slack: SlackServer;
beforeEach(async () => {
  await slack?.close();
  slack = await startSlackServer({ scopes: Object.keys(BOT_SCOPES) });
  slack.world.manifest = slackManifest({ mode: "socket" });
});
afterAll(() => slack.close());

interface Look extends Partial<SlackSettings> {
  readonly permitted?: readonly string[];
  readonly clockOffMs?: number;
  readonly configToken?: string;
  readonly installed?: readonly InstalledWorkspace[];
}

async function look({ permitted = ["slack:T0ACME/*"], clockOffMs = 0, configToken, installed, ...change }: Look = {}) {
  const settings: SlackSettings = {
    mode: "socket",
    botToken: slack.botToken(),
    appToken: slack.appToken,
    apiUrl: slack.apiUrl,
    listen: { host: "127.0.0.1", port: 0 },
    places: [],
    ...change,
  };
  const nowMs = Date.now() + clockOffMs;
  const options = { settings, installed, permitted: permitted as AccountId[], nowMs };
  const token = "configToken" in change ? undefined : (configToken ?? slack.world.configToken);
  const findings: Finding[] = [];
  for await (const finding of examineSlack({ ...options, configToken: token })) findings.push(finding);
  return findings;
}

const notWell = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== "ok");

/** What is wrong is named, with what to do, and nothing else is called wrong. */
function expectOnly(
  findings: readonly Finding[],
  wanted: { what: string; state: string; found: RegExp; todo: RegExp },
) {
  const [first, ...others] = notWell(findings);
  expect(first).toMatchObject({ what: wanted.what, state: wanted.state });
  expect(first?.found).toMatch(wanted.found);
  expect(first?.todo).toMatch(wanted.todo);
  expect(others).toEqual([]);
  expect(JSON.stringify(findings)).not.toMatch(/xoxb-|xapp-|xoxe/);
}

describe("piloto doctor slack", () => {
  test("finds nothing wrong with an app made from Piloto's own manifest", async () => {
    const findings = await look();
    expect(notWell(findings)).toEqual([]);
    expect(findings.map(({ what }) => what)).toContain("slack app");
    expect(slack.violations).toEqual([]);
  });

  test("names a bot token that is none of this workspace", async () => {
    const wanted = { what: "slack token", state: "bad", found: /invalid_auth/, todo: /Copy the bot token again/ };
    expectOnly(await look({ botToken: "xoxb-wrong" }), wanted);
  });

  test("names a token of an app that was taken off", async () => {
    slack.revokeToken("T0ACME");
    const wanted = { what: "slack token", state: "bad", found: /token_revoked/, todo: /install it/ };
    expectOnly(await look(), wanted);
  });

  test("names the tokens that are missing", async () => {
    const wanted = { what: "slack socket", state: "bad", found: /no app-level token/, todo: /SLACK_APP_TOKEN/ };
    expectOnly(await look({ appToken: undefined }), wanted);
    expect(notWell(await look({ botToken: undefined }))[0]).toMatchObject({ what: "slack token", state: "bad" });
    const http = await look({ mode: "http", signingSecret: undefined });
    expect(notWell(http).map(({ found }) => found)).toEqual(
      expect.arrayContaining(["no signing secret", "HTTP mode without a public address"]),
    );
  });

  test("names an app-level token without its scope, and Socket Mode that is off", async () => {
    slack.world.appTokenScopes.clear();
    const scope = { what: "slack socket", state: "bad", found: /missing_scope/, todo: /connections:write/ };
    expectOnly(await look(), scope);
    expectOnly(await look({ appToken: "xapp-other" }), { ...scope, found: /invalid_auth/, todo: /Socket Mode on/ });
  });

  test("names scopes that are missing, with what each is for", async () => {
    slack.team().installation?.scopes.delete("groups:history");
    expectOnly(await look(), { what: "slack scopes", state: "bad", found: /groups:history \(/, todo: /install/ });
  });

  test("asks for user groups only where a permission names one", async () => {
    slack.team().installation?.scopes.delete("usergroups:read");
    const wanted = { what: "slack scopes", state: "warn", found: /usergroups:read/, todo: /install/ };
    expectOnly(await look(), wanted);
    expectOnly(await look({ permitted: ["slack:T0ACME/S0OPS"] }), { ...wanted, state: "bad" });
  });

  test("names a clock that differs from Slack's", async () => {
    const wanted = { what: "slack clock", state: "bad", found: /by 100\d s/, todo: /NTP/ };
    expectOnly(await look({ clockOffMs: 1_000_000 }), wanted);
    expectOnly(await look({ clockOffMs: -90_000 }), { ...wanted, state: "warn", found: /by -[89]\d s/ });
  });

  test("says that nobody on Slack may do anything, or only those of another workspace", async () => {
    const wanted = { what: "slack people", state: "bad", found: /nobody/, todo: /slack:T0ACME\/\*/ };
    expectOnly(await look({ permitted: ["terminal:*"] }), wanted);
    expectOnly(await look({ permitted: ["slack:T9/*"] }), { ...wanted, found: /slack:T9\/\*/ });
  });

  test("names a place that it is not in, and a workspace where it is in no channel", async () => {
    const places = [{ channel: "C0NOWHERE" }];
    const wanted = { what: "slack channels", state: "bad", found: /C0NOWHERE/, todo: /\/invite/ };
    expectOnly(await look({ places }), wanted);
    for (const id of [...slack.team().channels.keys()].filter((id) => id.startsWith("C"))) slack.removeBot(id);
    expectOnly(await look(), { ...wanted, state: "warn", found: /no channel/ });
  });

  test("names events, buttons, home, command, shortcut and Socket Mode that the app has switched off", async () => {
    const manifest = structuredClone(slackManifest({ mode: "socket" })) as {
      features: Record<string, unknown>;
      settings: Record<string, { bot_events?: string[]; is_enabled?: boolean } | boolean>;
    };
    manifest.settings.event_subscriptions = { bot_events: ["app_mention"] };
    manifest.settings.interactivity = { is_enabled: false };
    manifest.settings.socket_mode_enabled = false;
    manifest.features.slash_commands = [];
    manifest.features.shortcuts = [];
    manifest.features.app_home = { home_tab_enabled: false, messages_tab_enabled: true };
    slack.world.manifest = manifest;
    const findings = await look();
    expectOnly(findings, { what: "slack app", state: "bad", found: /message\.im/, todo: /piloto slack manifest/ });
    for (const part of [/interactivity is off/, /Socket Mode is off/, /\/piloto/, /plan_from_message/, /home tab/]) {
      expect(findings.at(-1)?.found).toMatch(part);
    }
  });

  test("looks at every workspace that installed it, and says when none did or a token is lost", async () => {
    const client = { botToken: undefined, clientId: slack.clientId, clientSecret: slack.clientSecret };
    const none = { what: "slack installs", state: "warn", found: /no workspace/, todo: /slack\/install/ };
    expectOnly(await look({ ...client, listen: { host: "", port: 0, publicUrl: "https://p.example" } }), none);
    const installed = [{ home: "T0ACME", token: slack.botToken() }, { home: "T0LOST" }];
    const wanted = { what: "slack token", state: "bad", found: /T0LOST is lost/, todo: /Install it there again/ };
    expectOnly(await look({ ...client, installed }), wanted);
  });

  test("says that Slack cannot be reached, and nothing about what could not be looked at", async () => {
    const found = notWell(await look({ apiUrl: "http://127.0.0.1:9/api/" }));
    expect(found.map(({ what }) => what)).toEqual(["slack socket", "slack token"]);
    for (const finding of found) {
      expect(finding).toMatchObject({ state: "bad", todo: expect.stringMatching(/reachable from here/) });
      expect(finding.found).toMatch(/^Slack does not answer: /);
    }
  });
});
