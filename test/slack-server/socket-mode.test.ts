import { App, LogLevel } from "@slack/bolt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";

let slack: SlackServer;
let app: App;
const heard: string[] = [];

beforeAll(async () => {
  slack = await startSlackServer();
  app = new App({
    token: slack.botToken(),
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.event("app_mention", async ({ event, client }) => {
    heard.push(`mention ${event.text}`);
    await client.chat.postMessage({
      channel: event.channel,
      thread_ts: event.ts,
      text: "Plan: restart ollama",
      metadata: { event_type: "piloto_plan", event_payload: { plan_id: "p1", rev: 1 } },
      blocks: [
        {
          type: "plan",
          title: "Restart ollama",
          tasks: [{ type: "task_card", task_id: "s1", title: "Drain", status: "pending" }],
        },
        {
          type: "actions",
          block_id: "p1:1",
          elements: [
            { type: "button", action_id: "confirm", value: "p1:1", text: { type: "plain_text", text: "Confirm" } },
            { type: "button", action_id: "edit", value: "p1:1", text: { type: "plain_text", text: "Edit" } },
          ],
        },
      ],
    });
  });
  app.message(async ({ message }) => {
    heard.push(`message ${message.channel_type} ${"text" in message ? message.text : ""}`);
  });
  app.action("confirm", async ({ ack, body, client }) => {
    await ack();
    if (body.type !== "block_actions" || !body.message || !body.channel) return;
    await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: `Confirmed by ${body.user.id}` });
  });
  app.action("edit", async ({ ack, body, client }) => {
    await ack();
    if (body.type !== "block_actions") return;
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: "modal",
        callback_id: "edit_plan",
        title: { type: "plain_text", text: "Edit" },
        submit: { type: "plain_text", text: "Save" },
        blocks: [
          {
            type: "input",
            block_id: "goal",
            label: { type: "plain_text", text: "Goal" },
            element: { type: "plain_text_input", action_id: "goal", initial_value: "old" },
          },
        ],
      },
    });
  });
  app.view("edit_plan", async ({ ack, view }) => {
    const goal = view.state.values.goal?.goal?.value;
    if (goal === "bad") await ack({ response_action: "errors", errors: { goal: "Not this." } });
    else await ack();
  });
  app.command("/piloto", async ({ ack, command, respond }) => {
    await ack();
    await respond(`You said ${command.text}`);
  });
  app.shortcut("plan_this", async ({ ack, shortcut }) => {
    await ack();
    heard.push(`shortcut ${shortcut.callback_id}`);
  });
  await app.start();
  await slack.connected();
});

afterAll(async () => {
  await app.stop();
  await slack.close();
});

test("a mention reaches Bolt as a mention and as a message, with different event ids", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "restart ollama" });
  await said.told;
  await slack.until("the card is posted", () => slack.thread("C0OPS", said.ts).length === 2);

  expect(heard.toSorted()).toEqual([
    "mention <@U0PILOTO> restart ollama",
    "message channel <@U0PILOTO> restart ollama",
  ]);
  expect(new Set(said.deliveries.map((d) => d.payload.event_id)).size).toBe(2);
  expect(slack.lastPost("C0OPS", said.ts)).toMatchObject({
    thread_ts: said.ts,
    metadata: { event_payload: { plan_id: "p1" } },
  });
});

test("a button pressed by its label edits the message that it belongs to", async () => {
  const card = slack.lastPost("C0OPS");
  const taken = await slack.press(card, "Confirm", { user: "U0BEN" });

  expect(taken.ack.acked).toBe(true);
  await slack.until("the card is edited", () => slack.message("C0OPS", card.ts)?.text === "Confirmed by U0BEN");
  expect(slack.message("C0OPS", card.ts)?.blocks).toBeUndefined();
});

test("a modal opens with a trigger, can be refused, and closes when its submission is taken", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "again" });
  await slack.until("the card is posted", () => slack.thread("C0OPS", said.ts).length === 2);
  await slack.press(slack.lastPost("C0OPS", said.ts), "edit", { user: "U0ANA" });
  await slack.until("the modal is open", () => slack.modalOf("U0ANA") !== undefined);

  const refused = await slack.submitView(slack.modalOf("U0ANA")!, { goal: "bad" });
  expect(refused.errors).toEqual({ goal: "Not this." });
  expect(slack.modalOf("U0ANA")?.errors).toEqual({ goal: "Not this." });

  await expect(slack.submitView(slack.modalOf("U0ANA")!, { goal: "" })).rejects.toThrow("does not let goal be empty");
  await expect(slack.submitView(slack.modalOf("U0ANA")!, { aim: "x" })).rejects.toThrow("no input aim, only: goal");
  await slack.submitView(slack.modalOf("U0ANA")!, { goal: "better" });
  expect(slack.modalOf("U0ANA")).toBeUndefined();
});

test("a slash command is answered through its response URL, and a shortcut arrives", async () => {
  await slack.slash({ text: "status", user: "U0CLEO", channel: "C0OPS" });
  await slack.until("the answer is there", () => slack.ephemeralsTo("U0CLEO").length === 1);
  expect(slack.ephemeralsTo("U0CLEO")[0]).toMatchObject({ text: "You said status", by: "response-url" });

  await slack.shortcut(slack.history("C0OPS")[0]!, { callbackId: "plan_this", user: "U0DAN" });
  expect(heard).toContain("shortcut plan_this");
});

test("the server found nothing to complain about", async () => {
  await slack.quiet();
  expect(slack.violations).toEqual([]);
  expect(slack.bugs).toEqual([]);
});
