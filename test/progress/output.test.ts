import { expect, test } from "vitest";
import type { Say } from "../../core/domain/card.ts";
import type { Json } from "../../core/domain/result.ts";
import { announceOutput } from "../../core/progress/announce-output.ts";
import { outputText } from "../../core/progress/output-text.ts";
import { examplePlan, exampleRun } from "../support/example-run.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { house, main } from "./poster-house.ts";

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}: all is well`).join("\n");

/** A run whose step 2 brought `body` back, told by a poster. */
async function told(body: Json, options: { language?: "en" | "es"; redact?: (text: string) => string } = {}) {
  const { language = "en", redact } = options;
  const { stores, clock, propose, posterOf } = await house();
  const run = await propose({ state: "running" });
  const step = { runId: run.id, number: 2, fence: 0, attempt: 1, atMs: clock.nowMs() };
  const result = { status: 200, headers: {}, body };
  const end = () =>
    stores.atomically(async (tx) => {
      const output = { step: examplePlan.steps[1]!, attempt: 1, result, language, atMs: clock.nowMs() };
      await tx.chats.set(main, { language });
      await announceOutput(tx, run, output);
    });
  await stores.atomically(async (tx) => {
    await tx.steps.begin({ ...step, from: "pending" });
    await tx.steps.end({ ...step, state: "done", result });
  });
  await end();
  await end();
  const platform = memoryPlatform();
  await posterOf({ redact }, platform).idle();
  const says = platform.seen(main).filter((what) => what.kind === "say") as Say[];
  const stored = await stores.read((tx) => tx.outbox.due("memory", 1e15, 10));
  expect(stored).toEqual([]);
  return { says, platform };
}

test("a step that brought back much tells its end, with the whole as a file, once", async () => {
  const { says, platform } = await told(lines(100));
  expect(says).toHaveLength(1);
  const [{ text, files }] = says as [Say];
  expect(text.split("\n")[0]).toBe("Step 2 (Set the stock) brought back a long output. It ends with:");
  expect(text.endsWith("line 99: all is well\nline 100: all is well")).toBe(true);
  expect(text.length).toBeLessThan(500);
  expect(files).toEqual([{ name: "step-2-3f9a2b71.txt", mediaType: "text/plain", text: lines(100) }]);
  expect(platform.posts.map(({ key }) => key)).toContain(`output:${exampleRun().id}:2:1`);
});

test("JSON is laid out for reading, in a file that is JSON", async () => {
  const body = { items: Array.from({ length: 80 }, (_, id) => ({ id, name: `part ${id}` })) };
  const { says } = await told(body, { language: "es" });
  const [{ text, files }] = says as [Say];
  expect(text).toContain("El paso 2 (Set the stock) trajo una salida larga.");
  expect(text.endsWith("}\n  ]\n}")).toBe(true);
  expect(files).toEqual([
    { name: "step-2-3f9a2b71.json", mediaType: "application/json", text: JSON.stringify(body, null, 2) },
  ]);
});

test("what fits a message is not told beside the card", async () => {
  expect((await told("x".repeat(1_500))).says).toEqual([]);
  expect((await told({ short: true })).says).toEqual([]);
  expect((await told("x".repeat(1_501))).says).toHaveLength(1);
});

test("a file holds a million bytes at most, whole characters, and says how much is missing", async () => {
  const { says } = await told("😀é".repeat(200_000));
  const [file] = says[0]!.files!;
  const [kept, missing] = file!.text.split("\n");
  expect(Buffer.byteLength(kept!)).toBeGreaterThan(999_990);
  expect(Buffer.byteLength(kept!)).toBeLessThanOrEqual(1_000_000);
  expect(kept).toMatch(/^(?:😀é)+😀?$/u);
  expect(missing).toBe(
    `[… ${1_200_000 - Buffer.byteLength(kept!)} bytes more are not shown here; the record has all of it.]`,
  );
});

test("secrets are struck out of the words and of the file", async () => {
  const redact = (text: string) => text.replaceAll("hunter2", "•••");
  const { says } = await told(`${lines(100)}\npassword=hunter2`, { redact });
  expect(JSON.stringify(says)).not.toContain("hunter2");
  expect(says[0]?.text).toContain("password=•••");
  expect(says[0]?.files?.[0]?.text).toContain("password=•••");
});

test("control characters of an output do not reach the words", async () => {
  const { says } = await told(`${lines(100)}\n\u001B[2J\u202Eend`);
  expect(says[0]?.text.endsWith("\nend")).toBe(true);
});

test("five megabytes of small values deep inside are told without a gigabyte of blanks", () => {
  let body: Json = Array.from({ length: 2_000_000 }, () => 1);
  for (let depth = 1; depth < 199; depth++) body = [body];
  const result = { status: 200, headers: {}, body };
  expect(outputText(result)).toHaveLength(4_000_001 - 2 + 2 * 199);
  expect(outputText({ ...result, body: [[1], { a: 2 }] })).toBe(JSON.stringify([[1], { a: 2 }], null, 2));
});
