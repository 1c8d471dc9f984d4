import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../core/domain/card.ts";
import type { Posted } from "../../core/ports/chat-platform.ts";
import { exampleCard } from "../support/example-run.ts";
import { shownText } from "./shown-text.ts";
import { card, slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();

const output: Outgoing = {
  kind: "say",
  text: "Step 1 said much; the end of it:",
  files: [{ name: "step-1.txt", mediaType: "text/plain", text: "line\n".repeat(2_000) }],
};

async function delivered(post: (mayBeThere: boolean) => Promise<Posted>): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    if (await post(tries > 0).catch(() => undefined)) return;
  }
  throw new Error("Not delivered after five tries.");
}

const filesIn = (thread: Parameters<typeof house.ours>[0]) =>
  house.ours(thread).flatMap(({ files = [] }) => files.map(({ name }) => name));

describe("a file is attached once, after the message that it belongs to", () => {
  const METHODS = ["files.getUploadURLExternal", "files.completeUploadExternal"];
  const KINDS = ["5xx-before", "5xx-after", "cut-after", "429"] as const;
  test.each(METHODS.flatMap((method) => KINDS.map((how) => ({ method, how }))))(
    "when $method meets $how",
    async ({ method, how }) => {
      const { thread, chatId } = house.chat();
      house.slack.failNext({ method, how, times: 2 });
      const key = `file-${method}-${how}`;
      await delivered((mayBeThere) => house.platform().post(chatId, output, key, { mayBeThere }));
      await house.platform().post(chatId, output, key, { mayBeThere: true });
      house.slack.calm();
      expect(filesIn(thread)).toEqual(["step-1.txt"]);
      expect(house.ours(thread).map(shownText)).toEqual(["Step 1 said much; the end of it:", ""]);
    },
  );
});

test("the whole plan comes as a file where its card is too small for it, once for a revision", async () => {
  const { thread, chatId } = house.chat();
  const [step] = exampleCard().steps;
  const steps = Array.from({ length: 500 }, (_none, at) => ({ ...step!, number: at + 1 }));
  const platform = house.platform();
  const posted = await platform.post(chatId, card({ steps }), "large");
  if (posted.kind !== "ok") throw new Error(posted.why);
  await platform.edit(chatId, posted.ref, card({ steps, state: "running" }));
  expect(filesIn(thread)).toHaveLength(1);
  await platform.edit(chatId, posted.ref, card({ steps, revision: 2 }));
  expect(filesIn(thread)).toHaveLength(2);
});

test("a workspace that lets Piloto attach nothing still gets the words", async () => {
  const { thread, chatId } = house.chat();
  house.slack.failNext({ method: "files.getUploadURLExternal", how: "ok-false", error: "missing_scope" });
  const platform = house.platform();
  expect((await platform.post(chatId, output, "no-files")).kind).toBe("ok");
  expect(house.ours(thread).map(shownText)).toEqual(["Step 1 said much; the end of it:"]);
});
