import { expect, test } from "vitest";
import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";
import { checkArgs } from "../../core/tools/check-args.ts";

export interface ProviderUnderTest {
  readonly provider: ToolProvider;
  readonly projectId: ProjectId;
  /** An allowed tool, with arguments that it takes and answers to. */
  readonly key: ToolKey;
  readonly args: JsonObject;
  close(): Promise<void>;
}

/** What every `ToolProvider` keeps, real or fake. */
export function toolProviderContract(open: () => Promise<ProviderUnderTest>): void {
  const withProvider = async (use: (under: ProviderUnderTest) => Promise<void>) => {
    const under = await open();
    try {
      await use(under);
    } finally {
      await under.close();
    }
  };
  const going = () => new AbortController().signal;

  test("hands out the same array of cards while nothing changed", () =>
    withProvider(async ({ provider, projectId }) => {
      const cards = await provider.cards(projectId);
      expect(cards.length).toBeGreaterThan(0);
      expect(await provider.cards(projectId)).toBe(cards);
    }));

  test("lists allowed tools only, each once, in few words", () =>
    withProvider(async ({ provider, projectId }) => {
      const cards = await provider.cards(projectId);
      expect(new Set(cards.map(({ key }) => key)).size).toBe(cards.length);
      for (const card of cards) {
        expect(card.isAllowed).toBe(true);
        expect(card.summary.length).toBeLessThanOrEqual(120);
        expect(card.key).toMatch(/^[\x20-\x7e]{1,200}$/);
      }
    }));

  test("gives each listed tool with a schema and the hash of its card", () =>
    withProvider(async ({ provider, projectId }) => {
      for (const card of await provider.cards(projectId)) {
        const tool = await provider.get(projectId, card.key);
        expect(tool).toMatchObject({ ...card });
        expect(tool?.argsSchema).toMatchObject({ type: "object" });
      }
    }));

  test("knows nothing of a tool that it does not have", () =>
    withProvider(async ({ provider, projectId }) => {
      expect(await provider.get(projectId, "nobody GET /nothing" as ToolKey)).toBeUndefined();
    }));

  test("performs a call and brings back its result", () =>
    withProvider(async ({ provider, projectId, key, args }) => {
      const tool = (await provider.get(projectId, key))!;
      expect(checkArgs(tool, args)).toEqual([]);
      const outcome = await provider.call(projectId, { tool, args, idempotencyKey: "k-1" }, going());
      expect(outcome).toMatchObject({
        kind: "done",
        result: { status: expect.any(Number), headers: expect.any(Object) },
      });
      expect(outcome.request).not.toBe("");
      expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
    }));

  test("answers an abort with an outcome, not an exception, and nothing was done", () =>
    withProvider(async ({ provider, projectId, key, args }) => {
      const tool = (await provider.get(projectId, key))!;
      const outcome = await provider.call(projectId, { tool, args, idempotencyKey: "k-1" }, AbortSignal.abort());
      expect(outcome).toMatchObject({ kind: "failed", code: "CANCELLED", effect: "none" });
    }));
}
