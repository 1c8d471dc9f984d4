import { decide } from "../../core/planning/decide-plan.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { Mutant } from "./model-world.ts";
import { withRooms } from "./watch-stores.ts";
import { ana } from "./world.ts";

/** Bugs as they are really written, seeded between Piloto and what it uses. Each must be caught by the random lives. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "the fence is not compared when a step ends or begins",
    tamper: (tx) => {
      const now = async (runId: Parameters<typeof tx.runs.get>[0]) => (await tx.runs.get(runId))?.fence ?? 0;
      const { begin, end } = tx.steps;
      const steps = {
        begin: async (start: Parameters<typeof begin>[0]) => begin({ ...start, fence: await now(start.runId) }),
        end: async (ended: Parameters<typeof end>[0]) => {
          const attempt = (await tx.steps.of(ended.runId)).find((step) => step.number === ended.number)?.attempt ?? 0;
          return end({ ...ended, attempt, fence: await now(ended.runId) });
        },
      };
      return withRooms(tx, { steps });
    },
  },
  {
    name: "the revision of a press is ignored",
    decide: async (press, deps) => {
      const run = await deps.stores.read((tx) => tx.runs.get(press.runId));
      return decide({ ...press, revision: run?.revision ?? press.revision }, deps);
    },
  },
  {
    name: "permission is not asked",
    decide: (press, deps) => decide({ ...press, by: ana }, deps),
  },
  {
    name: "a draft past its time can be confirmed",
    tamper: (tx) => {
      const { get } = tx.runs;
      return withRooms(tx, {
        runs: {
          async get(id) {
            const run = await get(id);
            return run && { ...run, expiresAtMs: Number.MAX_SAFE_INTEGER };
          },
        },
      });
    },
  },
  {
    name: "a replaced or cancelled plan can still be confirmed",
    tamper: (tx) => {
      const { get, setState } = tx.runs;
      return withRooms(tx, {
        runs: {
          async get(id) {
            const run = await get(id);
            return run && (run.state === "superseded" || run.state === "cancelled") ? { ...run, state: "draft" } : run;
          },
          setState: (id, change) =>
            setState(id, change.from === "draft" ? { ...change, from: ["draft", "superseded", "cancelled"] } : change),
        },
      });
    },
  },
  {
    name: "the audit entry is written apart from the fact",
    tamper: (tx) => withRooms(tx, { audit: { append: async () => undefined } }),
  },
  {
    name: "the card is not told",
    tamper: (tx) => withRooms(tx, { outbox: { cardChanged: async () => undefined } }),
  },
  {
    name: "a step is repeated though repeating is not safe",
    tamper: (tx) => {
      const { of, begin } = tx.steps;
      return withRooms(tx, {
        steps: {
          of: async (id, what) =>
            (await of(id, what)).map((step) => (step.state === "running" ? { ...step, state: "pending" } : step)),
          async begin(start) {
            const state = (await of(start.runId)).find((step) => step.number === start.number)?.state;
            return begin({ ...start, from: state ?? start.from });
          },
        },
      });
    },
  },
  {
    name: "the chat goes on pointing at a run that is over",
    tamper: (tx) => {
      const { set } = tx.chats;
      return withRooms(tx, {
        chats: {
          set: (id, { activeRunId, ...change }) => set(id, activeRunId === null ? change : { ...change, activeRunId }),
        },
      });
    },
  },
  {
    name: "a confirmed run does not get into the queue",
    tamper: (tx) => withRooms(tx, { queue: { enqueue: async () => true } }),
  },
  {
    name: "a run that is over stays in the queue",
    tamper: (tx) => withRooms(tx, { queue: { settle: async () => true } }),
  },
  {
    name: "a run handed back is dropped from the queue",
    tamper: (tx) => {
      const { settle } = tx.queue;
      return withRooms(tx, { queue: { giveBack: (hold) => settle(hold) } });
    },
  },
  {
    name: "the end of a step is not written",
    tamper: (tx) => withRooms(tx, { steps: { end: async () => true } }),
  },
  {
    name: "votes count although they came too late or from strangers",
    tamper: (tx) => {
      const { add } = tx.votes;
      return withRooms(tx, { votes: { add: (vote) => add({ ...vote, counted: true }) } });
    },
  },
  {
    name: "a cut connection counts as if nothing had happened",
    tools: (tools) => ({
      ...tools,
      async call(project, call, signal) {
        const outcome = await tools.call(project, call, signal);
        return outcome.kind === "failed" ? { ...outcome, effect: "none" } : outcome;
      },
    }),
  },
  {
    name: "every attempt has a key of its own",
    tools: (tools) => {
      let n = 0;
      return {
        ...tools,
        call: (project, call, signal) =>
          tools.call(project, { ...call, idempotencyKey: `${call.idempotencyKey}-${++n}x` }, signal),
      };
    },
  },
  {
    name: "who is refused uses the button up",
    decide: async (press, deps) => {
      const decision = await decide(press, deps);
      if (decision.kind === "refused") await useUp(deps.stores, press.runId);
      return decision;
    },
  },
  {
    name: "a chat runs several plans at once",
    tamper: (tx) => {
      const { get } = tx.chats;
      return withRooms(tx, {
        chats: {
          async get(id) {
            const chat = await get(id);
            return chat && { ...chat, activeRunId: undefined };
          },
        },
      });
    },
  },
];

async function useUp(stores: Stores, runId: Parameters<typeof decide>[0]["runId"]): Promise<void> {
  await stores.atomically((tx) => tx.runs.setState(runId, { from: "draft", to: "cancelled" }));
}
