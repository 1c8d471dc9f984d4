import { expect, test } from "vitest";
import type { HearDeps } from "../../bots/slack/hear/hear-deps.ts";
import { type FormAnswer, submitForm } from "../../bots/slack/hear/submit-form.ts";
import type { SlackBot } from "../../bots/slack/install/slack-bots.ts";
import { editModal } from "../../bots/slack/show/edit-modal.ts";
import { asId } from "../../core/domain/ids.ts";
import { exampleCard, exampleRun } from "../support/example-run.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/until.ts";

const RUN = exampleRun({ chatId: asId("slack:T1/C1/1.1") });
const SHOWN = { run: RUN, card: exampleCard() };

/** The form as Ben sends it, with words that a model has to understand; `pressed` is what comes of it. */
function sent(pressed: () => Promise<unknown>) {
  const clock = manualClock();
  const told: Record<string, unknown>[] = [];
  const answers: FormAnswer[] = [];
  const bot = { client: { chat: { postEphemeral: async (args: (typeof told)[0]) => told.push(args) } } };
  const deps = {
    clock,
    logger: silentLogger(),
    language: "en",
    state: { count: () => undefined },
    names: { of: async () => "Ben" },
    groups: { of: async () => [] },
    core: { showRun: async () => SHOWN, pressButton: pressed },
    stores: {
      read: (work: (tx: object) => unknown) =>
        work({ runs: { get: async () => RUN }, chats: { get: async () => ({ language: "en" }) } }),
    },
  } as unknown as HearDeps;
  const view = { ...editModal(SHOWN), state: { values: { words: { words: { value: "make it 300" } } } } };
  const where = { team: "T1", bot: bot as unknown as SlackBot };
  const done = submitForm({ user: { id: "UBEN" }, view }, where, deps, async (answer) => void answers.push(answer));
  return { clock, told, answers, done };
}

test.each([
  ["is refused", async () => ({ decision: { kind: "refused" }, reply: "Too late." }), /not changed\. Too late\./],
  ["fails", () => Promise.reject(new Error("the disk is away")), /not changed\. Something inside Piloto went wrong/],
])("a change that %s after its form had to close is told to its sender alone", async (_how, ends, told) => {
  let end: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  const form = sent(() => slow.then(ends));
  const over = form.done.then(
    () => "ended",
    (error: Error) => error.message,
  );
  await until("it waits", () => form.clock.sleepers > 0);
  await form.clock.advance(2_500);
  expect(form.answers).toEqual([undefined]);
  end();
  expect(["ended", "the disk is away"]).toContain(await over);
  expect(form.told).toEqual([
    expect.objectContaining({ channel: "C1", thread_ts: "1.1", user: "UBEN", text: expect.stringMatching(told) }),
  ]);
});
