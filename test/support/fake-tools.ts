import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import type { Replay, Risk } from "../../core/domain/plan.ts";
import type { Json } from "../../core/domain/result.ts";
import type { Tool, ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";

/** A provider in memory that keeps a ledger of every effect: what the outside world would have seen. */
export interface FakeTools extends ToolProvider {
  readonly effects: { key: ToolKey; idempotencyKey: string; args: Json }[];
  /** What the next calls do instead of answering 200; used up one by one. */
  readonly next: ((call: ToolCall, signal: AbortSignal) => Promise<ToolOutcome>)[];
}

export function fakeTool(
  name: string,
  { risk = "read" as Risk, replay = "safe" as Replay, isAllowed = true } = {},
): Tool {
  return {
    key: `fake POST /${name}` as ToolKey,
    service: "fake",
    operation: `POST /${name}`,
    summary: `Does ${name}`,
    params: "",
    argsSchema: { type: "object" },
    hash: `hash-of-${name}`,
    risk,
    replay,
    isAllowed,
  };
}

export const done = (call: ToolCall, body: Json = { ok: true }): ToolOutcome => ({
  kind: "done",
  request: call.tool.operation,
  summary: "200 OK",
  result: { status: 200, headers: {}, body },
});

const cancelled = (call: ToolCall): ToolOutcome => ({
  kind: "failed",
  request: call.tool.operation,
  summary: "Stopped before it was sent.",
  code: "CANCELLED",
  effect: "none",
});

export function fakeTools(...tools: Tool[]): FakeTools {
  const effects: FakeTools["effects"] = [];
  const next: FakeTools["next"] = [];
  const cards = tools.filter((tool) => tool.isAllowed);
  return {
    effects,
    next,
    cards: async () => cards,
    get: async (_project: ProjectId, key) => tools.find((tool) => tool.key === key),
    async call(_project, call, signal) {
      if (signal.aborted) return cancelled(call);
      effects.push({ key: call.tool.key, idempotencyKey: call.idempotencyKey, args: call.args });
      const planned = next.shift();
      return planned ? planned(call, signal) : done(call);
    },
  };
}
