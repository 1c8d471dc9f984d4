import { WebAPIPlatformError, WebClient } from "@slack/web-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

let slack: SlackServer;
let client: WebClient;

function clientFor(token: string): WebClient {
  return new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: silentSlackLogger });
}

beforeAll(async () => {
  slack = await startSlackServer({
    transport: "http",
    teams: [
      {
        id: "T0ACME",
        groups: [{ id: "S0OPS", handle: "ops", users: ["U0ANA", "U0BEN"] }],
        channels: [
          { id: "C0OPS", name: "ops" },
          { id: "C0OUT", name: "out", withApp: false },
          { id: "C0HID", name: "hidden", kind: "private", withApp: false },
          { id: "C0OLD", name: "old" },
          { id: "C0PAGES", name: "pages" },
        ],
      },
      { id: "T0OLD", features: { plan: "invalid_blocks", streams: "unknown_method", sessions: "feature_not_enabled" } },
    ],
  });
  client = clientFor(slack.botToken());
  slack.archive("C0OLD");
});

afterAll(() => slack.close());

async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no error";
  } catch (cause) {
    if (cause instanceof WebAPIPlatformError) return cause.data.error;
    throw cause;
  }
}

test("tokens are judged as Slack judges them", async () => {
  expect(await errorOf(clientFor("").auth.test())).toBe("not_authed");
  expect(await errorOf(clientFor("xoxb-wrong").auth.test())).toBe("invalid_auth");
  expect(await errorOf(clientFor(slack.appToken).auth.test())).toBe("not_allowed_token_type");
  expect(await errorOf(client.apps.connections.open({}))).toBe("not_allowed_token_type");
  const me = await client.auth.test();
  expect(me).toMatchObject({ ok: true, team_id: "T0ACME", user_id: "U0PILOTO", bot_id: "B0PILOTO" });
  expect(me.response_metadata?.scopes).toContain("chat:write");
});

test("a missing scope is named with what is needed and what there is", async () => {
  const bot = slack.team().installation!;
  const before = bot.scopes;
  bot.scopes = new Set(["commands"]);
  const refused = await client.chat
    .postMessage({ channel: "C0OPS", text: "hi" })
    .catch((e: WebAPIPlatformError) => e.data);
  bot.scopes = before;
  expect(refused).toMatchObject({ error: "missing_scope", needed: "chat:write", provided: "commands" });
});

test("posting is refused where Slack refuses it", async () => {
  const say = (channel: string, more: object = {}) => client.chat.postMessage({ channel, text: "hi", ...more });
  expect(await errorOf(say("C0NONE"))).toBe("channel_not_found");
  expect(await errorOf(say("C0HID"))).toBe("channel_not_found");
  expect(await errorOf(say("C0OLD"))).toBe("is_archived");
  expect(await errorOf(say("C0OPS", { text: "x".repeat(40_001) }))).toBe("msg_too_long");
  expect(await errorOf(say("C0OPS", { text: "" }))).toBe("no_text");
  expect(await errorOf(say("C0OPS", { thread_ts: "1.1" }))).toBe("thread_not_found");
  expect(await errorOf(say("C0OPS", { colour: "red" }))).toBe("invalid_arguments");
  const section = (i: number) => ({
    type: "section",
    block_id: `b${i}`,
    text: { type: "mrkdwn", text: "x".repeat(3000) },
  });
  expect(await errorOf(say("C0OPS", { blocks: [1, 2, 3, 4, 5].map(section) }))).toBe("msg_blocks_too_long");
  const wrong = await say("C0OPS", { blocks: [{ type: "section" }] }).catch((e: WebAPIPlatformError) => e.data);
  expect(wrong).toMatchObject({ error: "invalid_blocks" });
  expect((wrong as WebAPIPlatformError["data"]).response_metadata?.messages?.[0]).toContain("needs text or fields");

  expect(await errorOf(say("C0OUT"))).toBe("not_in_channel");
  slack.team().installation!.scopes.add("chat:write.public");
  expect((await say("C0OUT")).ok).toBe(true);
  expect((await say("U0ANA")).channel).toBe(slack.dmOf("U0ANA"));
});

test("an edit keeps or drops the blocks as Slack does, and only the app's own messages are edited", async () => {
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: "one" } }];
  const metadata = { event_type: "piloto", event_payload: { id: "a" } };
  const { ts } = await client.chat.postMessage({ channel: "C0OPS", text: "one", blocks, metadata });
  const edit = (more: object) => client.chat.update({ channel: "C0OPS", ts: ts!, ...more } as never);

  await edit({ text: "two" });
  expect(slack.message("C0OPS", ts!)).toMatchObject({ text: "two", metadata, edits: 1 });
  expect(slack.message("C0OPS", ts!)?.blocks).toBeUndefined();
  await edit({ text: "three", blocks });
  expect(slack.message("C0OPS", ts!)?.blocks).toHaveLength(1);
  expect(await errorOf(edit({ text: "x", ts: "1.1" }))).toBe("message_not_found");

  const persons = slack.say({ channel: "C0OPS", user: "U0ANA", text: "mine" });
  expect(await errorOf(edit({ text: "x", ts: persons.ts }))).toBe("cant_update_message");
  slack.team().editWindowMs = 60_000;
  slack.advance(61_000);
  expect(await errorOf(edit({ text: "late" }))).toBe("edit_window_closed");
  delete slack.team().editWindowMs;
  slack.deleteMessage({ channel: "C0OPS", ts: ts! });
  expect(await errorOf(edit({ text: "gone" }))).toBe("message_not_found");
});

test("history and replies come in pages, with metadata only when asked", async () => {
  const metadata = { event_type: "piloto", event_payload: { n: 1 } };
  const root = await client.chat.postMessage({ channel: "C0PAGES", text: "root", metadata });
  for (let n = 0; n < 7; n++) {
    await client.chat.postMessage({ channel: "C0PAGES", text: `reply ${n}`, thread_ts: root.ts!, metadata });
  }
  const texts: string[] = [];
  for await (const page of client.paginate("conversations.replies", { channel: "C0PAGES", ts: root.ts!, limit: 3 })) {
    const messages = (page as { messages?: { text: string }[] }).messages ?? [];
    texts.push(...messages.map((m) => m.text));
  }
  expect(texts).toEqual(["root", ...[0, 1, 2, 3, 4, 5, 6].map((n) => `reply ${n}`)]);

  const bare = await client.conversations.replies({ channel: "C0PAGES", ts: root.ts! });
  const full = await client.conversations.replies({ channel: "C0PAGES", ts: root.ts!, include_all_metadata: true });
  expect(bare.messages?.[0]).toMatchObject({ reply_count: 7 });
  expect(bare.messages?.[0]).not.toHaveProperty("metadata");
  expect(full.messages?.[1]).toMatchObject({ metadata });

  const second = await client.chat.postMessage({ channel: "C0PAGES", text: "second" });
  const newest = await client.conversations.history({ channel: "C0PAGES", oldest: root.ts!, limit: 10 });
  expect(newest.messages?.map((m) => m.ts)).toEqual([second.ts]);
  slack.removeBot("C0PAGES");
  expect(await errorOf(client.conversations.history({ channel: "C0PAGES" }))).toBe("not_in_channel");
});

test("people, groups and conversations can be looked up", async () => {
  expect((await client.users.info({ user: "U0ANA" })).user).toMatchObject({ real_name: "Ana", is_bot: false });
  expect(await errorOf(client.users.info({ user: "U0NO" }))).toBe("user_not_found");
  expect((await client.usergroups.list({ include_users: true })).usergroups?.[0]).toMatchObject({
    handle: "ops",
    users: ["U0ANA", "U0BEN"],
  });
  expect((await client.usergroups.users.list({ usergroup: "S0OPS" })).users).toEqual(["U0ANA", "U0BEN"]);
  expect((await client.conversations.info({ channel: "C0OPS" })).channel).toMatchObject({
    name: "ops",
    is_member: true,
  });
  expect((await client.conversations.open({ users: "U0BEN" })).channel?.id).toBe(slack.dmOf("U0BEN"));
  const listed = await client.conversations.list({ types: "public_channel,private_channel", exclude_archived: true });
  expect(listed.channels?.map((c) => c.name)).toEqual(["ops", "out", "pages"]);
  expect((await client.users.conversations({ types: "public_channel" })).channels?.map((c) => c.id)).not.toContain(
    "C0OUT",
  );
  expect((await client.bots.info({ bot: "B0PILOTO" })).bot).toMatchObject({ app_id: "A0PILOTO" });
  expect((await client.users.list({})).members?.map((m) => m.name)).toContain("ana");
});

test("a trigger opens one modal within three seconds", async () => {
  const view = { type: "modal" as const, title: { type: "plain_text" as const, text: "Hi" }, blocks: [] };
  const trigger = () => slack.views.newTrigger("T0ACME", "U0DAN");
  const first = trigger();
  await client.views.open({ trigger_id: first, view });
  expect(await errorOf(client.views.open({ trigger_id: first, view }))).toBe("exchanged_trigger_id");
  const late = trigger();
  slack.advance(3001);
  expect(await errorOf(client.views.open({ trigger_id: late, view }))).toBe("expired_trigger_id");
  expect(await errorOf(client.views.open({ trigger_id: "made.up", view }))).toBe("invalid_trigger_id");
  const open = slack.modalOf("U0DAN")!;
  expect(await errorOf(client.views.update({ view_id: open.id, hash: "old", view }))).toBe("hash_conflict");
  await client.views.update({
    view_id: open.id,
    hash: open.hash,
    view: { ...view, title: { type: "plain_text", text: "New" } },
  });
  expect(slack.modalOf("U0DAN")?.view.title).toEqual({ type: "plain_text", text: "New" });
  await client.views.publish({ user_id: "U0DAN", view: { type: "home", blocks: [{ type: "divider" }] } });
  expect(slack.homeOf("U0DAN")?.view.blocks).toHaveLength(1);
});

test("a team without plan blocks, streams and sessions says so", async () => {
  const old = clientFor(slack.botToken("T0OLD"));
  const plan = { type: "plan", title: "Plan", tasks: [] };
  const channel = "C0OPSOLD";
  expect(await errorOf(old.chat.postMessage({ channel, text: "p", blocks: [plan] as never }))).toBe("invalid_blocks");
  const root = await old.chat.postMessage({ channel, text: "root" });
  expect(await errorOf(old.chat.startStream({ channel, thread_ts: root.ts! }))).toBe("unknown_method");
  const session = { channel_id: channel, thread_ts: root.ts!, status: "processing" as const };
  expect(await errorOf(old.agents.sessions.setStatus(session as never))).toBe("feature_not_enabled");
  expect(await errorOf(client.chat.postMessage({ channel, text: "other team" }))).toBe("channel_not_found");
});

test("reactions, permalinks, ephemerals and deletions work once each", async () => {
  const { ts } = await client.chat.postMessage({ channel: "C0OPS", text: "look" });
  await client.reactions.add({ channel: "C0OPS", name: "eyes", timestamp: ts! });
  expect(await errorOf(client.reactions.add({ channel: "C0OPS", name: "eyes", timestamp: ts! }))).toBe(
    "already_reacted",
  );
  expect((await client.chat.getPermalink({ channel: "C0OPS", message_ts: ts! })).permalink).toContain(
    "/archives/C0OPS/p",
  );
  await client.chat.postEphemeral({ channel: "C0OPS", user: "U0CLEO", text: "only you" });
  expect(slack.ephemeralsTo("U0CLEO", "C0OPS").map((e) => e.text)).toEqual(["only you"]);
  expect(await errorOf(client.chat.postEphemeral({ channel: "C0OPS", user: "U0NO", text: "x" }))).toBe(
    "user_not_in_channel",
  );
  await client.chat.delete({ channel: "C0OPS", ts: ts! });
  expect(await errorOf(client.chat.delete({ channel: "C0OPS", ts: ts! }))).toBe("message_not_found");
});

test("the app's own settings are given for a configuration token alone", async () => {
  slack.world.manifest = { settings: { socket_mode_enabled: true } };
  const ask = (token: string) => clientFor(token).apiCall("apps.manifest.export", { app_id: "A0PILOTO" });
  expect(await ask(slack.configToken)).toMatchObject({ manifest: { settings: { socket_mode_enabled: true } } });
  expect(await errorOf(ask(slack.botToken()))).toBe("not_allowed_token_type");
  expect(await errorOf(ask("xoxe.old"))).toBe("invalid_auth");
  slack.world.appTokenScopes.clear();
  expect(await errorOf(clientFor(slack.appToken).apps.connections.open({}))).toBe("missing_scope");
  slack.world.appTokenScopes.add("connections:write");
});

test("a token that is given back and an app that takes itself off are told apart", async () => {
  const old = clientFor(slack.botToken("T0OLD"));
  expect(await old.auth.revoke({ test: true })).toMatchObject({ revoked: false });
  expect(await errorOf(old.apps.uninstall({ client_id: slack.clientId, client_secret: "wrong" }))).toBe(
    "bad_client_secret",
  );
  await old.auth.revoke();
  expect(await errorOf(old.auth.test())).toBe("token_revoked");
  delete slack.team("T0OLD").installation!.refused;
  await old.apps.uninstall({ client_id: slack.clientId, client_secret: slack.clientSecret });
  expect(await errorOf(old.auth.test())).toBe("account_inactive");
  expect(slack.mention({ channel: "C0OPSOLD", user: "U0ANAOLD", text: "anybody there?" }).deliveries).toEqual([]);
});

test("a free text beside the session is kept until the next one", async () => {
  const { channel, ts } = slack.directMessage({ user: "U0ANA", text: "hello" });
  await client.assistant.threads.setStatus({ channel_id: channel, thread_ts: ts, status: "is thinking…" });
  expect(slack.sessionOf(channel, ts)).toEqual({ status: "active", note: "is thinking…" });
});
