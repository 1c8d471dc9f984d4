import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver, type Installation } from "@slack/bolt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

let slack: SlackServer;
let http: Server;
let appUrl: string;
const installed = new Map<string, Installation>();
const heard: string[] = [];

beforeAll(async () => {
  slack = await startSlackServer({
    transport: "http",
    retryDelaysMs: [],
    teams: [
      { id: "T0ONE", name: "One", installed: false },
      { id: "T0TWO", name: "Two", installed: false },
    ],
  });
  http = createServer((request, response) => receiver.requestListener(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  appUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  slack.requestUrl = `${appUrl}/slack/events`;
  const receiver = new HTTPReceiver({
    signingSecret: slack.signingSecret,
    clientId: slack.clientId,
    clientSecret: slack.clientSecret,
    stateSecret: "a state secret",
    scopes: ["chat:write", "app_mentions:read", "channels:history"],
    redirectUri: `${appUrl}/slack/oauth_redirect`,
    logger: silentSlackLogger,
    installerOptions: {
      redirectUriPath: "/slack/oauth_redirect",
      authorizationUrl: slack.authorizeUrl,
      clientOptions: { slackApiUrl: slack.apiUrl },
      directInstall: true,
    },
    installationStore: {
      storeInstallation: async (installation) => {
        installed.set(installation.team!.id, installation as Installation);
      },
      fetchInstallation: async ({ teamId }) => {
        const found = installed.get(teamId ?? "");
        if (!found) throw new Error(`not installed in ${teamId}`);
        return found as never;
      },
      deleteInstallation: async ({ teamId }) => {
        installed.delete(teamId ?? "");
      },
    },
  });
  const app = new App({
    receiver,
    logger: silentSlackLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.event("app_mention", async ({ event, client, context }) => {
    heard.push(`${context.teamId} ${event.user}`);
    await client.chat.postMessage({ channel: event.channel, text: "here" });
  });
  app.event("app_uninstalled", async ({ context }) => {
    installed.delete(context.teamId ?? "");
  });
});

afterAll(async () => {
  http.closeAllConnections();
  http.close();
  await slack.close();
});

/** What a browser does: opens the install page, agrees at Slack, comes back with code and state. */
async function installIn(team: string, user: string): Promise<number> {
  const first = await fetch(`${appUrl}/slack/install`, { redirect: "manual" });
  const cookie = first.headers.get("set-cookie") ?? "";
  const back = slack.approveInstall(first.headers.get("location") ?? "", { team, user });
  return (await fetch(back, { headers: { cookie: cookie.split(";")[0]! } })).status;
}

test("two workspaces install through the real installer, and each is answered with its own token", async () => {
  expect(await installIn("T0ONE", "U0ANA")).toBe(200);
  expect(await installIn("T0TWO", "U0BENTWO")).toBe(200);
  expect([...installed.keys()]).toEqual(["T0ONE", "T0TWO"]);
  expect(new Set([...installed.values()].map((i) => i.bot?.token)).size).toBe(2);
  for (const team of ["T0ONE", "T0TWO"]) for (const c of slack.team(team).channels.keys()) slack.inviteBot(c);

  await slack.mention({ channel: "C0OPS", user: "U0ANA", text: "hi" }).told;
  await slack.mention({ channel: "C0OPSTWO", user: "U0CLEOTWO", text: "hi" }).told;
  await slack.until("both are answered", () => slack.callsOf("chat.postMessage").length === 2);
  expect(heard).toEqual(["T0ONE U0ANA", "T0TWO U0CLEOTWO"]);
  expect(slack.callsOf("chat.postMessage").map((c) => `${c.team} ${c.outcome}`)).toEqual(["T0ONE ok", "T0TWO ok"]);
});

test("a code is good once, and a wrong secret is refused", async () => {
  const form = (more: object) =>
    new URLSearchParams({ client_id: slack.clientId, client_secret: slack.clientSecret, ...more });
  const exchange = (more: object) =>
    fetch(`${slack.apiUrl}oauth.v2.access`, { method: "POST", body: form(more) }).then((r) => r.json());
  const authorize = `${slack.authorizeUrl}?client_id=${slack.clientId}&scope=chat:write&redirect_uri=http://127.0.0.1:1/back`;
  const code = new URL(slack.approveInstall(authorize, { team: "T0TWO", user: "U0BENTWO" })).searchParams.get("code")!;
  expect(await exchange({ code, client_secret: "wrong" })).toMatchObject({ error: "bad_client_secret" });
  expect(await exchange({ code, redirect_uri: "http://127.0.0.1:1/other" })).toMatchObject({
    error: "bad_redirect_uri",
  });
  expect(await exchange({ code })).toMatchObject({ ok: true, team: { id: "T0TWO" } });
  expect(await exchange({ code })).toMatchObject({ error: "code_already_used" });
  expect(await exchange({ code: "made up" })).toMatchObject({ error: "invalid_code" });
});

test("a workspace that throws the app out is told apart from the other", async () => {
  const { token } = installed.get("T0ONE")!.bot!;
  await Promise.all(slack.uninstall("T0ONE").map((d) => d.settled));
  await slack.until("the installation is forgotten", () => !installed.has("T0ONE"));
  const answer = await fetch(`${slack.apiUrl}auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await answer.json()).toMatchObject({ ok: false, error: "account_inactive" });
  expect(installed.has("T0TWO")).toBe(true);
});
