import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebAPIPlatformError, WebClient } from "@slack/web-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

let slack: SlackServer;
let client: WebClient;

beforeAll(async () => {
  slack = await startSlackServer({ transport: "http" });
  const retryConfig = { retries: 0 };
  client = new WebClient(slack.botToken(), { slackApiUrl: slack.apiUrl, retryConfig, logger: silentSlackLogger });
});

afterAll(async () => {
  expect(slack.bugs).toEqual([]);
  await slack.close();
});

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => "no error",
    (cause: unknown) => (cause instanceof WebAPIPlatformError ? cause.data.error : String(cause)),
  );

test("a stream in a DM takes text and tasks until it is stopped, and holds a session meanwhile", async () => {
  const { channel, ts: root } = slack.directMessage({ user: "U0ANA", text: "hello" });
  const stream = client.chatStream({ channel, thread_ts: root, buffer_size: 1 });
  await stream.append({ markdown_text: "**Hel" });
  await stream.append({
    markdown_text: "lo**",
    chunks: [{ type: "task_update", id: "a", title: "Look", status: "in_progress" }],
  });
  const { ts } = slack.lastPost(channel, root);
  expect(slack.message(channel, ts)).toMatchObject({ text: "**Hello**", streaming: true });
  expect(slack.sessionOf(channel, root)).toEqual({ status: "processing" });
  expect(await errorOf(client.chat.update({ channel, ts, text: "no" }))).toBe("streaming_state_conflict");

  await stream.stop({ blocks: [{ type: "divider" }] });
  expect(slack.message(channel, ts)?.blocks?.map((b) => b.type)).toEqual(["task_card", "markdown", "divider"]);
  expect(slack.sessionOf(channel, root)).toEqual({ status: "active" });
  const late = client.chat.appendStream({ channel, ts, markdown_text: "late" });
  expect(await errorOf(late)).toBe("message_not_in_streaming_state");
  await client.chat.update({ channel, ts, text: "the final word" });
});

test("in a channel a stream needs its recipient, and after five idle minutes it is closed", async () => {
  const { ts: root } = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "hi" });
  const place = { channel: "C0OPS", thread_ts: root };
  expect(await errorOf(client.chat.startStream(place))).toBe("missing_recipient_user_id");
  expect(await errorOf(client.chat.startStream({ ...place, recipient_user_id: "U0ANA" }))).toBe(
    "missing_recipient_team_id",
  );
  const { ts } = await client.chat.startStream({ ...place, recipient_user_id: "U0ANA", recipient_team_id: "T0ACME" });
  slack.advance(4 * 60_000);
  await client.chat.appendStream({ channel: "C0OPS", ts: ts!, markdown_text: "still here" });
  slack.advance(5 * 60_000 + 1);
  const late = client.chat.appendStream({ channel: "C0OPS", ts: ts!, markdown_text: "too late" });
  expect(await errorOf(late)).toBe("message_not_in_streaming_state");
  await client.chat.update({ channel: "C0OPS", ts: ts!, text: "recovered by an edit" });
});

test("a chunk with a wrong task state is refused", async () => {
  const { channel, ts: root } = slack.directMessage({ user: "U0BEN", text: "hello" });
  const { ts } = await client.chat.startStream({ channel, thread_ts: root });
  const chunks = [{ type: "task_update", id: "a", title: "x", status: "completed" }] as never;
  expect(await errorOf(client.chat.appendStream({ channel, ts: ts!, chunks }))).toBe("invalid_chunks");
});

test("a session's status and title can be set, and its native Stop reaches the app", async () => {
  const { channel, ts: root } = slack.directMessage({ user: "U0ANA", text: "hello" });
  const at = { channel_id: channel, thread_ts: root };
  await client.apiCall("agents.sessions.setStatus", { ...at, status: "processing", title: "Restart" });
  await client.apiCall("agents.sessions.rename", { ...at, title: "Restart gpu1" });
  expect(slack.sessionOf(channel, root)).toEqual({ status: "processing", title: "Restart gpu1" });
  expect(await errorOf(client.apiCall("agents.sessions.setStatus", { ...at, status: "running" }))).toBe(
    "invalid_arguments",
  );
  const stopped = slack.stopSession({ channel, thread: root, user: "U0ANA" });
  expect(stopped?.payload.event).toMatchObject({
    type: "agent_session_stopped",
    thread_ts: root,
    streaming_message_ts: [],
  });
});

test("a file goes up in three steps and becomes a message in the thread", async () => {
  const { ts: root } = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "logs?" });
  await client.filesUploadV2({
    channel_id: "C0OPS",
    thread_ts: root,
    filename: "run.log",
    content: "line 1\nline 2",
    initial_comment: "All of it",
  });
  const message = slack.lastPost("C0OPS", root);
  expect(message).toMatchObject({ text: "All of it", files: [{ name: "run.log", size: 13, mimetype: "text/plain" }] });
  expect((await client.files.info({ file: message.files![0]!.id as string })).file?.name).toBe("run.log");
  const nowhere = client.files.completeUploadExternal({ files: [{ id: "F0NO", title: "x" }] });
  expect(await errorOf(nowhere)).toBe("file_not_found");
});

test("a download needs the token; without it Slack answers 200 with its login page", async () => {
  const file = { name: "plan.json", mimetype: "application/json", bytes: Buffer.from('{"a":1}') };
  const said = slack.directMessage({ user: "U0ANA", text: "see", files: [file] });
  const url = String(said.message.files![0]!.url_private_download);
  const get = (token?: string) =>
    fetch(url, { redirect: "manual", headers: token ? { Authorization: `Bearer ${token}` } : {} });

  expect(await (await get(slack.botToken())).json()).toEqual({ a: 1 });
  const without = await get();
  expect(without.status).toBe(200);
  expect(without.headers.get("content-type")).toContain("text/html");

  const elsewhere = createServer((_, response) => response.end("elsewhere"));
  elsewhere.listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  slack.filesLiveAt = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const redirected = await get(slack.botToken());
  slack.filesLiveAt = undefined;
  elsewhere.close();
  expect(redirected.status).toBe(302);
  expect(redirected.headers.get("location")).toContain("/files-pri/");
});

test("a response URL works five times within half an hour", async () => {
  const { ts } = await client.chat.postMessage({
    channel: "C0OPS",
    text: "press",
    blocks: [
      { type: "actions", elements: [{ type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } }] },
    ],
  });
  const taken = await slack.press(slack.message("C0OPS", ts!)!, "go", { user: "U0ANA" });
  const answer = (body: object) =>
    fetch(taken.responseUrl!, { method: "POST", body: JSON.stringify(body) }).then((r) => r.status);
  expect(await answer({ replace_original: true, text: "pressed" })).toBe(200);
  expect(slack.message("C0OPS", ts!)).toMatchObject({ text: "pressed", edits: 1 });
  for (let n = 0; n < 4; n++) expect(await answer({ text: "private" })).toBe(200);
  expect(await answer({ text: "once too often" })).toBe(404);
  expect(slack.ephemeralsTo("U0ANA")).toHaveLength(4);
  const late = await slack.press(slack.snapshot(slack.lastPost("C0OPS")), "go", { user: "U0ANA" }).catch(String);
  expect(late).toContain('There is no button "go" here');
});
