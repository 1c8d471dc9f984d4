import { expect, test } from "vitest";
import type { EgressAnswer } from "../../src/tools/egress.ts";
import { type Judged, judgeAnswer, judgeFailure } from "../../src/tools/judge-answer.ts";

const judged = (language?: "en" | "es"): Judged => ({
  request: "PUT http://stock/parts/M8",
  service: "stock",
  isRead: false,
  nowMs: 0,
  maxBytes: 5_000_000,
  language,
});
const answer = (status: number, body = {}) => ({ status, headers: { location: "http://elsewhere/" }, body });

test("what became of a call is told in the chat's language", () => {
  expect(judgeAnswer(answer(404, { error: "no M8" }), undefined, judged("es")).summary).toBe(
    "stock lo rechazó con 404: no M8",
  );
  expect(judgeAnswer(answer(404, { error: "no M8" }), undefined, judged()).summary).toBe(
    "stock refused with 404: no M8",
  );
  expect(judgeAnswer(answer(302), undefined, judged("es")).summary).toBe(
    "stock respondió 302 y apunta a http://elsewhere/; Piloto no sigue redirecciones.",
  );
});

test.each(["forbidden", "unreachable", "cut", "too-large", "undecodable", "aborted"] as const)(
  "a call that was %s has words of its own in both languages",
  (why) => {
    const failed = { kind: "failed", why, detail: "detail", wasSent: true, status: 200 } as EgressAnswer & {
      kind: "failed";
    };
    const signal = AbortSignal.abort();
    const [english, spanish] = (["en", "es"] as const).map((language) =>
      judgeFailure(failed, signal, judged(language)),
    );
    expect(english).toMatchObject({ effect: "unknown", summary: expect.stringContaining("stock") });
    expect(spanish).toEqual({ ...english, summary: expect.stringContaining("stock") });
    expect(spanish?.summary).not.toBe(english?.summary);
  },
);
