import fc from "fast-check";
import { expect, test } from "vitest";
import { PilotoError } from "../../core/domain/errors.ts";
import { errorLineIn, readLastLine } from "../../src/fleet/endpoint/answer-lines.ts";
import type { StoredToken } from "../../src/fleet/endpoint/clients.ts";
import { createEndpointClients, hashToken, newToken } from "../../src/fleet/endpoint/clients.ts";
import { failureAnswer } from "../../src/fleet/endpoint/failure-answer.ts";
import { failureOfAnswer, Refusal } from "../../src/fleet/endpoint/pc-refusal.ts";
import { createWholeLines } from "../../src/fleet/endpoint/whole-lines.ts";
import { manualClock } from "../support/manual-clock.ts";

const stored = (token: string, name: string): StoredToken => ({
  ...{ name, tokenHash: hashToken(token), class: "interactive", weight: 1 },
});

test("a token is found by its hash, and one that was added or removed counts within two seconds", async () => {
  const clock = manualClock();
  const [a, b] = [newToken(), newToken()];
  let list = [stored(a, "a")];
  let reads = 0;
  const store = {
    async list() {
      reads += 1;
      return list;
    },
  };
  const clients = createEndpointClients(store, clock);
  expect(await clients.find(a)).toEqual({ name: "a", class: "interactive", weight: 1 });
  expect(await clients.find(b)).toBeUndefined();
  expect(await clients.find("")).toBeUndefined();
  expect(reads).toBe(1);
  list = [stored(b, "b")];
  await clock.advance(2000);
  expect([await clients.find(a), (await clients.find(b))?.name]).toEqual([undefined, "b"]);
  expect(reads).toBe(2);
});

test("tokens are long, tell what they are, and no two are alike", () => {
  const tokens = Array.from({ length: 50 }, newToken);
  expect(new Set(tokens).size).toBe(50);
  for (const token of tokens) expect(token).toMatch(/^piloto_[\w-]{43}$/);
});

test("however a stream is cut into chunks, the same lines come out, whole", () => {
  const lines = fc.array(fc.string({ maxLength: 30 }).map((text) => JSON.stringify({ text, said: "ü€" })));
  fc.assert(
    fc.property(lines, fc.array(fc.nat(20)), fc.boolean(), (all, cuts, isEnded) => {
      const sent = Buffer.from(all.join("\n") + (isEnded && all.length > 0 ? "\n" : ""));
      const cutter = createWholeLines();
      const out: Buffer[] = [];
      for (let at = 0, i = 0; at < sent.length; i++) {
        const size = 1 + (cuts[i % cuts.length] ?? 7);
        const whole = cutter.take(sent.subarray(at, at + size));
        if (whole.length > 0) expect(whole.at(-1)).toBe(10);
        out.push(whole);
        at += size;
      }
      expect(Buffer.concat([...out, cutter.rest()])).toEqual(sent);
      expect(cutter.restBytes).toBe(cutter.rest().length);
    }),
  );
});

test("only a line that says so itself is the last one", () => {
  const last = (line: object) => readLastLine(Buffer.from(`${JSON.stringify(line)}\n`));
  expect(last({ message: { tool_calls: [{ function: { arguments: { done: true } } }] }, done: false })).toBeUndefined();
  expect(last({ message: { content: '"done":true' }, done: false })).toBeUndefined();
  expect(last({ done: true, eval_count: 3, eval_duration: 2e6 })?.usage).toMatchObject({
    answerTokens: 3,
    decodeMs: 2,
  });
  expect(readLastLine(Buffer.from('{"done":true\n'))).toBeUndefined();
});

test("a model that writes an error line into its answer breaks nothing", () => {
  const line = `${JSON.stringify({ message: { content: '\n{"error":"x"}\n' }, done: false })}\n`;
  expect(errorLineIn(Buffer.from(line))).toBeUndefined();
  expect(errorLineIn(Buffer.from(`${line}{"error":"gone"}\n`))).toEqual({ at: Buffer.byteLength(line), words: "gone" });
});

test.each([
  ["FLEET_BUSY", 503, "fleet_busy", 5],
  ["FLEET_EMPTY", 503, "fleet_empty", 5],
  ["CONTEXT_TOO_LARGE", 400, "context_length_exceeded", undefined],
  ["MODEL_MISSING", 404, "model_not_found", undefined],
  ["MODEL_LACKS_ABILITY", 400, "model_lacks_ability", undefined],
  ["NODE_UNREACHABLE", 502, "node_unreachable", undefined],
  ["ANSWER_CUT_OFF", 502, "answer_cut_off", undefined],
] as const)("%s is told as %i, in both dialects", (code, statusCode, openAiCode, retryAfterS) => {
  const error = new PilotoError(code, "Words for people.");
  expect(failureAnswer(error, "ollama")).toEqual({
    statusCode,
    body: '{"error":"Words for people."}',
    ...(retryAfterS && { retryAfterS }),
  });
  expect(JSON.parse(failureAnswer(error, "openai")!.body)).toMatchObject({
    error: { message: "Words for people.", code: openAiCode, param: null },
  });
});

test("what a PC refuses for the request's sake goes to the program, what is the PC's own fault to another PC", () => {
  const node = { name: "PC1", url: "http://pc1" };
  const failure = (statusCode: number, error: string, isJson = true) =>
    failureOfAnswer(node, "m", { statusCode, isJson, body: isJson ? JSON.stringify({ error }) : error });
  expect(failure(400, "invalid options: seed")).toEqual(new Refusal(400, "invalid options: seed"));
  expect(failure(400, "the input length exceeds the context length")).toMatchObject({ code: "CONTEXT_TOO_LARGE" });
  expect(failure(400, '"m" does not support thinking')).toBeInstanceOf(Refusal);
  expect(failure(400, "<html>Bad gateway</html>", false)).toMatchObject({ code: "NODE_FAILED" });
  expect(failure(401, "who are you")).toMatchObject({ code: "NODE_FAILED" });
  expect(failure(404, "model 'm' not found")).toMatchObject({ code: "MODEL_MISSING" });
  expect(failure(500, "out of memory")).toMatchObject({ code: "NODE_FAILED" });
  expect(failure(503, "server busy")).toMatchObject({ code: "FLEET_BUSY" });
});
