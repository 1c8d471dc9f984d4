import { expect, test } from "vitest";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import { createAnswerPreview } from "../../core/planning/preview-answer.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import type { BrainReply } from "../../src/demo/brain.ts";
import type { FakeFleetOptions } from "../support/fake-fleet.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { openConversation } from "./conversation-house.ts";

/** What a preview shows of a text that comes in pieces, a second after another. */
function shownOf(pieces: readonly string[], everyMs = 1_000): string[] {
  const shown: string[] = [];
  let nowMs = 0;
  const preview = createAnswerPreview((text) => shown.push(text), { nowMs: () => nowMs });
  for (const piece of pieces) {
    preview.onText(piece);
    nowMs += everyMs;
  }
  return shown;
}

test("nothing is shown before the first sentence is complete, and then whole sentences only", () => {
  expect(shownOf(["A plan", " is a list", "."])).toEqual([]);
  expect(shownOf(["A plan", " is a list. ", "It has", " steps.\n", "Each"])).toEqual([
    "A plan is a list.",
    "A plan is a list. It has steps.",
  ]);
});

test("a sentence that says something was done ends the preview", () => {
  expect(shownOf(["Parts are things. ", "I have set the stock to 400. ", "It is fine. "])).toEqual([
    "Parts are things.",
  ]);
  expect(shownOf(["He cambiado el stock. ", "Ya está. "])).toEqual([]);
});

test("what may be a call, JSON or a tag is never shown", () => {
  for (const text of ['{"kind": "plan."} ', "```json\n{} \n", "<think>Hm. So. ", "mcp_request now. "]) {
    expect(shownOf([text, "And so on. "]), text).toEqual([]);
  }
});

test("a preview loses what could fake the picture", () => {
  expect(shownOf(["One\u202e \u001b[31mtwo. ", "More"])).toEqual(["One two."]);
});

test("previews come at most every 300 ms", () => {
  const pieces = Array.from({ length: 30 }, (_one, at) => `Sentence ${at}. `);
  expect(shownOf(pieces, 100)).toHaveLength(10);
});

const CHAT = asId<ChatId>("memory:one");

type Previewing = FakeFleetOptions & { fails?: boolean };

async function previewsOf(replies: readonly BrainReply[], { fails, ...fleet }: Previewing = {}) {
  const previews: { text: string; key: string }[] = [];
  const platform: ChatPlatform = {
    ...memoryPlatform(),
    preview: (_chatId, text, key) => {
      previews.push({ text, key });
      if (fails) throw new Error("The screen is gone.");
    },
  };
  let asked = 0;
  const house = await openConversation({
    brain: () => replies[asked++] ?? { text: "Nothing." },
    platforms: [platform],
    fleet,
    project: { access: { propose: [asId("memory:*"), asId("test:*")], confirm: [], administer: [] } },
  });
  await house.say("what is a plan in this workshop?", "memory:ana", CHAT);
  const due = await house.stores.read((tx) => tx.outbox.due("memory", house.clock.nowMs(), 10));
  return { previews, due, house };
}

test("an answer is shown while it is written, under the key of the answer itself", async () => {
  const { previews, due } = await previewsOf([{ text: "A plan is a list. Nobody runs it alone. Ask me." }]);
  expect(previews).toMatchObject([{ text: "A plan is a list." }]);
  expect(due).toMatchObject([{ kind: "say", key: previews[0]!.key }]);
});

test("a face that fails to show a preview does not end the turn", async () => {
  const { previews, house } = await previewsOf([{ text: "A plan is a list. Nobody runs it alone." }], { fails: true });
  expect(previews).toHaveLength(1);
  expect(await house.told(CHAT)).toEqual(["A plan is a list. Nobody runs it alone."]);
});

test("words before a call end as a message of their own beside the plan", async () => {
  const call = { name: "mcp_request", arguments: { service: "shop", operation: "GET /parts", arguments: {} } };
  const { previews, due } = await previewsOf([{ text: "Let me see. The parts tell.", toolCalls: [call] }]);
  expect(previews.map(({ text }) => text)).toEqual(["Let me see."]);
  const say = { kind: "say", key: previews[0]!.key, say: { text: "Let me see." } };
  expect(due).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: "card" }), expect.objectContaining(say)]),
  );
});

test("a model that answers in JSON, a second answer and a face without previews show nothing", async () => {
  const json = JSON.stringify({ kind: "answer", text: "A plan is a list. Nobody runs it alone." });
  expect((await previewsOf([{ text: json }], { abilities: ["completion"] })).previews).toEqual([]);
  const claim = { text: "I have set it. It is fine. " };
  expect((await previewsOf([claim, { text: "A plan is a list. It has steps." }])).previews).toEqual([]);
  const { house, previews } = await previewsOf([]);
  await house.say("what is a plan?", "test:ana", asId("test:elsewhere"));
  expect(previews).toEqual([]);
});
