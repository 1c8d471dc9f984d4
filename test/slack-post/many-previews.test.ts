import { expect, test } from "vitest";
import { createPreviews } from "../../bots/slack/post/previews.ts";
import type { ThreadCalls } from "../../bots/slack/post/thread-calls.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/until.ts";

const thread = { team: "T1", channel: "C1", root: "1.1" };

test("answers that never came to an end do not keep later ones from being shown", async () => {
  const shown: string[] = [];
  const post: ThreadCalls["post"] = async (_thread, { text }) => {
    shown.push(text);
    return { kind: "ok", data: { ok: true, ts: `1.${shown.length}` } };
  };
  const previews = createPreviews({
    calls: { post } as ThreadCalls,
    notes: { get: async () => undefined, put: async () => undefined, remove: async () => undefined },
    features: { has: async () => false, off: async () => undefined },
    clock: manualClock(),
    logger: silentLogger(),
    everyMs: 1_000,
    language: "en",
    count: () => undefined,
  });
  for (let n = 0; n < 600; n += 1) previews.show(thread, `answer ${n}`, `key ${n}`);
  await until("the latest is shown", () => shown.includes("answer 599"));
  await previews.settled();
  expect(new Set(shown).size).toBe(shown.length);
});
