import { expect } from "vitest";
import { asId, type MessageId } from "../../core/domain/ids.ts";
import { editPlan } from "../../core/planning/edit-plan.ts";
import { proposePlan } from "../../core/planning/propose-plan.ts";
import { fakeFleet } from "../support/fake-fleet.ts";
import { type Case, mixedPlan, type Story, type Telling, untilOver } from "./story.ts";
import { ana, PROJECT, standing } from "./world.ts";

export function cancelled(): Story {
  return {
    name: "a draft is cancelled",
    plan: mixedPlan,
    ends: ["cancelled"],
    async tell({ press }) {
      await press("cancel");
      expect(await press("confirm")).toMatchObject({ kind: "too-late", why: "decided", decidedBy: ana });
      return "over";
    },
    holds: nothingHappened,
  };
}

export function edited(): Story {
  return {
    name: "a plan is edited and then confirmed",
    plan: mixedPlan,
    ends: ["done"],
    async tell(telling) {
      const { life, run } = telling;
      const { revision } = (await standing(life.stores, run.id)).run;
      if (revision === 1) {
        const edit = { runId: run.id, revision, action: "edit", by: ana, change: { kind: "drop", step: 4 } } as const;
        telling.keep(await editPlan(edit, planningIn(telling), new AbortController().signal));
      }
      await telling.press("confirm", { id: run.id, revision: 2 });
      await untilOver(telling, run);
      return "over";
    },
    async holds(stores, { run, outside }) {
      expect((await standing(stores, run.id)).run).toMatchObject({ revision: 2, plan: { steps: { length: 3 } } });
      expect(outside.effects).not.toContain(`${run.id}-4`);
    },
  };
}

export function superseded(): Story {
  return {
    name: "a newer plan takes the place of a draft, and is confirmed",
    plan: mixedPlan,
    ends: ["superseded", "done"],
    async prepare(stores, { id, chatId }) {
      const message = {
        id: asId<MessageId>(`m-${id}`),
        chatId,
        key: `k-${id}`,
        origin: "person",
        account: ana,
      } as const;
      await stores.atomically((tx) => tx.messages.add({ ...message, text: "look and order", atMs: Date.now() }));
    },
    async tell(telling) {
      const { life, run } = telling;
      const { message, chat, project } = await life.stores.read(async (tx) => ({
        message: await tx.messages.nextWaiting(run.chatId),
        chat: (await tx.chats.get(run.chatId))!,
        project: (await tx.projects.get(PROJECT))!,
      }));
      const deps = planningIn(telling);
      if (message) await proposePlan({ message, chat, project, history: [] }, deps, new AbortController().signal);
      const { items } = await life.stores.read((tx) => tx.runs.page({ chatId: run.chatId }, { limit: 5 }));
      const newer = items.find((one) => one.id !== run.id);
      expect(await telling.press("confirm")).toMatchObject({ kind: "too-late", why: "superseded" });
      await telling.press("confirm", newer);
      if (newer) await untilOver(telling, newer);
      return "over";
    },
    async holds(stores, one) {
      await nothingHappened(stores, one);
      expect(await stores.read((tx) => tx.messages.nextWaiting(one.chatId))).toBeUndefined();
    },
  };
}

export function expired(how: string, first: (telling: Telling) => Promise<unknown>): Story {
  return {
    name: `a draft expires, told ${how}`,
    plan: mixedPlan,
    ends: ["expired"],
    lifeMs: -1,
    async tell(telling) {
      await first(telling);
      expect(await telling.press("confirm")).toMatchObject({ kind: "too-late", why: "expired" });
      return "over";
    },
    async holds(stores, one) {
      await nothingHappened(stores, one);
      expect(one.outside.platform.said(one.chatId)).toHaveLength(1);
    },
  };
}

async function nothingHappened(_stores: unknown, { run, outside }: Pick<Case, "run" | "outside">): Promise<void> {
  for (const { number } of run.plan.steps) expect(outside.effects).not.toContain(`${run.id}-${number}`);
}

const steps = [
  { service: "fake", operation: "POST /look", arguments: {} },
  { service: "fake", operation: "POST /order", arguments: {} },
];
const fleet = fakeFleet(() => ({
  toolCalls: [{ name: "propose_plan", arguments: { goal: "look and order", steps } }],
}));
let idsMade = 0;

function planningIn({ life, run }: Telling) {
  const ids = {
    next: () => {
      idsMade += 1;
      return `${run.id}-new-${String(idsMade).padStart(6, "0")}x`;
    },
  };
  return { stores: life.stores, clock: life.clock, tools: life.tools, fleet, ids };
}
