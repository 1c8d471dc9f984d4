import { expect, test } from "vitest";
import { planHash } from "../../../core/domain/canonical.ts";
import { asId } from "../../../core/domain/ids.ts";
import type { PlanRun, RunState } from "../../../core/domain/plan-run.ts";
import type { RunChange, Stores } from "../../../core/ports/stores.ts";
import { ANA, BEN, CHAT, draft, newRunId, plan, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

async function stored(stores: Stores, change = {}) {
  const run = draft(change);
  await stores.atomically((tx) => tx.runs.create(run));
  return run;
}

/** Runs, their revisions, their votes. */
export function runFacts({ fresh }: Subject): void {
  test("a run is kept whole, with pending steps", async () => {
    const stores = await fresh();
    const run = await stored(stores, { editNote: "first", reason: "because" });
    await stores.read(async (tx) => {
      expect(await tx.runs.get(run.id)).toEqual(run);
      expect((await tx.steps.of(run.id)).map(({ number, state, attempt }) => ({ number, state, attempt }))).toEqual([
        { number: 1, state: "pending", attempt: 0 },
        { number: 2, state: "pending", attempt: 0 },
      ]);
      expect(await tx.runs.get(newRunId())).toBeUndefined();
    });
  });

  test.each<[string, Partial<RunChange>]>([
    ["another state", { from: "queued" }],
    ["another revision", { revision: 2 }],
    ["another plan", { planHash: "f".repeat(64) }],
    ["an older fence", { fence: 7 }],
  ])("a change that expects %s loses and writes nothing", async (_, change) => {
    const stores = await fresh();
    const run = await stored(stores);
    const won = await stores.atomically((tx) =>
      tx.runs.setState(run.id, { from: "draft", to: "queued", decidedBy: BEN, reason: "no", ...change }),
    );
    expect(won).toBe(false);
    expect(await stores.read((tx) => tx.runs.get(run.id))).toEqual(run);
  });

  test("a confirmed run says who decided and when, and is confirmed once", async () => {
    const stores = await fresh();
    const run = await stored(stores);
    const confirm = (by: typeof ANA) =>
      stores.atomically((tx) =>
        tx.runs.setState(run.id, {
          from: "draft",
          revision: 1,
          planHash: run.planHash,
          to: "queued",
          decidedBy: by,
          decidedAtMs: 77,
        }),
      );
    expect(await confirm(BEN)).toBe(true);
    expect(await confirm(ANA)).toBe(false);
    expect(await stores.read((tx) => tx.runs.get(run.id))).toMatchObject({
      state: "queued",
      decidedBy: BEN,
      decidedAtMs: 77,
    });
  });

  test("optional facts are set, kept and cleared as told", async () => {
    const stores = await fresh();
    const run = await stored(stores, { state: "running" });
    const set = (change: Omit<RunChange, "from">) =>
      stores.atomically((tx) => tx.runs.setState(run.id, { from: ["queued", "running", "error"], ...change }));
    await stores.atomically((tx) => tx.runs.requestCancel(run.id, ANA, 5));
    await set({ to: "error", finishedAtMs: 9, reason: "broke", startedAtMs: 1, supersededBy: asId("other") });
    await set({ to: "queued" });
    expect(await stores.read((tx) => tx.runs.get(run.id))).toMatchObject({
      finishedAtMs: 9,
      reason: "broke",
      cancelRequestedBy: ANA,
      supersededBy: "other",
    });
    await set({ to: "running", finishedAtMs: null, reason: null, clearCancel: true });
    const cleared = await stores.read((tx) => tx.runs.get(run.id));
    expect(cleared).toMatchObject({ startedAtMs: 1, state: "running" });
    expect(cleared?.finishedAtMs).toBeUndefined();
    expect(cleared?.reason).toBeUndefined();
    expect(cleared?.cancelRequestedAtMs).toBeUndefined();
  });

  test("an edit makes a new revision and keeps the old one", async () => {
    const stores = await fresh();
    const run = await stored(stores);
    const shorter = plan(1, "restock M8, less");
    const revise = (revision: number) =>
      stores.atomically((tx) =>
        tx.runs.revise(run.id, {
          revision,
          plan: shorter,
          planHash: planHash(shorter),
          by: BEN,
          atMs: 50,
          editNote: "one step less",
          expiresAtMs: 60,
        }),
      );
    expect(await revise(2)).toBe(true);
    expect(await revise(2)).toBe(false);
    await stores.read(async (tx) => {
      expect(await tx.runs.get(run.id)).toMatchObject({
        revision: 2,
        plan: shorter,
        editNote: "one step less",
        expiresAtMs: 60,
      });
      expect(await tx.steps.of(run.id)).toHaveLength(1);
      expect(await tx.runs.revisions(run.id)).toEqual([
        { revision: 1, plan: run.plan, planHash: run.planHash, by: ANA, atMs: run.proposedAtMs },
        { revision: 2, plan: shorter, planHash: planHash(shorter), by: BEN, atMs: 50 },
      ]);
    });
    await stores.atomically((tx) => tx.runs.setState(run.id, { from: "draft", to: "queued" }));
    expect(await revise(3)).toBe(false);
  });

  test("Stop is asked for once, of an active run only", async () => {
    const stores = await fresh();
    const run = await stored(stores);
    const stop = () => stores.atomically((tx) => tx.runs.requestCancel(run.id, BEN, 5));
    expect(await stop()).toBe(false);
    await stores.atomically((tx) => tx.runs.setState(run.id, { from: "draft", to: "queued" }));
    expect(await stop()).toBe(true);
    expect(await stop()).toBe(false);
  });

  test("a run is found by the end of its id, when one alone fits", async () => {
    const stores = await fresh();
    const one = await stored(stores, { id: asId("aaaa-11112222") });
    const two = await stored(stores, { id: asId("bbbb-33332222"), projectId: asId("other") });
    await stored(stores, { id: asId("cccc-2%22") });
    const find = (suffix: string, projectId?: typeof WORKSHOP) => stores.read((tx) => tx.runs.find(projectId, suffix));
    expect((await find("11112222"))?.id).toBe(one.id);
    expect(await find("2222")).toBeUndefined();
    expect((await find("2222", WORKSHOP))?.id).toBe(one.id);
    expect((await find(two.id))?.id).toBe(two.id);
    expect(await find("")).toBeUndefined();
    expect(await find("9999")).toBeUndefined();
    expect((await find("%22"))?.id).toBe("cccc-2%22");
  });

  test("runs come in pages by any filter, newest first, each once", async () => {
    const stores = await fresh();
    const states: RunState[] = ["draft", "queued", "running", "done"];
    const all: PlanRun[] = [];
    for (let n = 0; n < 30; n++) {
      const chatId = n % 3 === 0 ? CHAT : asId<typeof CHAT>("terminal:other");
      const projectId = n % 2 === 0 ? WORKSHOP : asId<typeof WORKSHOP>("other");
      // Some share a millisecond.
      all.push(
        await stored(stores, { chatId, projectId, state: states[n % 4], proposedAtMs: 100 + Math.floor(n / 4) }),
      );
    }
    const pages = async (filter: { projectId?: typeof WORKSHOP; chatId?: typeof CHAT; states?: RunState[] }) => {
      const ids: string[] = [];
      let before: string | undefined;
      do {
        const page = await stores.read((tx) => tx.runs.page(filter, { limit: 4, before }));
        ids.push(...page.items.map((run) => run.id));
        before = page.next;
      } while (before !== undefined);
      return ids;
    };
    const expected = (fits: (run: (typeof all)[number]) => boolean) =>
      all
        .filter(fits)
        .map((run) => run.id)
        .reverse();
    expect(await pages({})).toEqual(expected(() => true));
    expect(await pages({ chatId: CHAT })).toEqual(expected((run) => run.chatId === CHAT));
    expect(await pages({ projectId: WORKSHOP })).toEqual(expected((run) => run.projectId === WORKSHOP));
    expect(await pages({ projectId: WORKSHOP, chatId: CHAT, states: ["done", "draft"] })).toEqual(
      expected((r) => r.projectId === WORKSHOP && r.chatId === CHAT && (r.state === "done" || r.state === "draft")),
    );
    expect(await pages({ states: ["running"] })).toEqual(expected((run) => run.state === "running"));
    expect(await pages({ states: [] })).toEqual([]);
  });

  test("drafts whose time is over are found, the longest over first", async () => {
    const stores = await fresh();
    const late = await stored(stores, { expiresAtMs: 20 });
    const later = await stored(stores, { expiresAtMs: 10 });
    await stored(stores, { expiresAtMs: 10, state: "queued" });
    await stored(stores, { expiresAtMs: 30 });
    const expired = await stores.read((tx) => tx.runs.expired(20, 10));
    expect(expired.map((run) => run.id)).toEqual([later.id, late.id]);
    expect(await stores.read((tx) => tx.runs.expired(20, 1))).toHaveLength(1);
  });

  test("every vote is kept, also one that came too late", async () => {
    const stores = await fresh();
    const run = await stored(stores);
    const vote = { runId: run.id, revision: 1, planHash: run.planHash, by: ANA, action: "confirm" as const, atMs: 5 };
    await stores.atomically(async (tx) => {
      await tx.votes.add({ ...vote, counted: true });
      await tx.votes.add({ ...vote, by: BEN, counted: false });
    });
    expect(await stores.read((tx) => tx.votes.of(run.id))).toEqual([
      { ...vote, counted: true },
      { ...vote, by: BEN, counted: false },
    ]);
  });
}
