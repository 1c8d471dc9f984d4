import { describe, expect, test } from "vitest";
import { autoConfirm } from "../../core/planning/decide-plan.ts";
import { expirePlans } from "../../core/upkeep/expire-plans.ts";
import { createUpkeep } from "../../core/upkeep/upkeep.ts";
import { words } from "../../core/words/words.ts";
import { fakeTool } from "../support/fake-tools.ts";
import { houseForEach, still } from "./bench-house.ts";
import {
  ana,
  audited,
  ben,
  planOf,
  press,
  projectWith,
  propose,
  quietLogger,
  standing,
  stranger,
  told,
} from "./world.ts";

const look = fakeTool("look");
const order = fakeTool("order", { risk: "write", replay: "never" });
const house = houseForEach([look, order]);

const draft = (id: string, chat = "terminal:1", tool = order) =>
  propose(house.stores, { id, chat, plan: planOf({ tool }), atMs: house.clock.nowMs() });
const chatOf = (chat: string) => house.stores.read((tx) => tx.chats.get(chat as never));

describe("Confirm", () => {
  test("queues the run, clears the chat's pending plan, counts the vote and is written down, together", async () => {
    const run = await draft("r1");
    const decision = await press(house, run, "confirm");
    expect(decision).toMatchObject({ kind: "accepted", run: { state: "queued", decidedBy: ana } });
    expect(await chatOf("terminal:1")).toMatchObject({ pendingRunId: undefined, activeRunId: "r1" });
    const votes = await house.stores.read((tx) => tx.votes.of(run.id));
    expect(votes).toMatchObject([{ action: "confirm", by: ana, counted: true, planHash: run.planHash }]);
    expect(await audited(house.stores, run.id)).toEqual(["confirm-plan"]);
  });

  test("pressed a second time starts nothing and tells who was first, and when", async () => {
    const run = await draft("r1");
    await press(house, run, "confirm", ana);
    const atMs = house.clock.nowMs();
    await house.clock.advance(5_000);
    const second = await press(house, run, "confirm", ben);
    expect(second).toEqual({ kind: "too-late", state: "queued", why: "decided", decidedBy: ana, decidedAtMs: atMs });
    const votes = await house.stores.read((tx) => tx.votes.of(run.id));
    expect(votes.map((vote) => vote.counted)).toEqual([true, false]);
    expect(await audited(house.stores, run.id)).toEqual(["confirm-plan", "late-press"]);
  });

  test("while another run of the chat is at work is refused by name, and the button stays good", async () => {
    const first = await draft("run-first1");
    await press(house, first, "confirm");
    const second = await draft("run-second");
    const decision = await press(house, second, "confirm");
    expect(decision).toMatchObject({ kind: "refused" });
    expect(decision.kind === "refused" && decision.why).toContain("n-first1");
    expect((await standing(house.stores, second.id)).run.state).toBe("draft");
    await house.boot(1);
    await house.runner.idle();
    expect((await press(house, second, "confirm")).kind).toBe("accepted");
  });

  test("of a plan that was altered in the database is refused", async () => {
    const run = await draft("r1");
    const forged = run.planHash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    await house.stores.connection.db.prepare("update runs set plan_hash = ? where id = ?").run(forged, run.id);
    expect(await press(house, run, "confirm")).toMatchObject({
      kind: "refused",
      why: words("en").running.planWasAltered,
    });
    expect((await standing(house.stores, run.id)).run.state).toBe("draft");
  });

  test("of a run that nobody knows is told so", async () => {
    expect(await press(house, { id: "nothing" as never, revision: 1 }, "confirm")).toEqual({ kind: "not-found" });
  });
});

describe("known failures of similar products", () => {
  test("a confirmation is not consumed although the run never started: it stands and the next process runs it", async () => {
    const run = await draft("r1");
    await press(house, run, "confirm");
    await house.boot(1);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });

  test("an unauthorised press does not use the button up", async () => {
    const run = await draft("r1");
    expect((await press(house, run, "confirm", stranger)).kind).toBe("refused");
    expect((await press(house, run, "cancel", stranger)).kind).toBe("refused");
    expect(await house.stores.read((tx) => tx.votes.of(run.id))).toEqual([]);
    expect(await audited(house.stores, run.id)).toEqual(["refuse-press", "refuse-press"]);
    expect((await press(house, run, "confirm", ben)).kind).toBe("accepted");
  });

  test("a superseded card does not confirm, and says who asked for the newer plan", async () => {
    const old = await draft("r1");
    const newer = await propose(house.stores, {
      id: "r2",
      plan: planOf({ tool: look }),
      atMs: house.clock.nowMs(),
      by: ben,
    });
    const change = { from: "draft", to: "superseded", supersededBy: newer.id } as const;
    await house.stores.atomically((tx) => tx.runs.setState(old.id, change));
    const decision = await press(house, old, "confirm");
    expect(decision).toMatchObject({ kind: "too-late", why: "superseded", decidedBy: ben });
    expect((await standing(house.stores, newer.id)).run.state).toBe("draft");
  });

  test("a late answer does not decide another plan", async () => {
    const first = await draft("r1");
    await press(house, first, "cancel");
    const second = await draft("r2");
    expect(await press(house, first, "confirm")).toMatchObject({ kind: "too-late", why: "decided", decidedBy: ana });
    expect((await standing(house.stores, second.id)).run.state).toBe("draft");
  });

  test("a press for a revision that was edited meanwhile decides nothing, and says who edited", async () => {
    const run = await draft("r1");
    const atMs = house.clock.nowMs();
    const { plan, planHash, expiresAtMs } = run;
    const change = { revision: 2, plan, planHash, expiresAtMs, by: ben, atMs, editNote: "note" };
    await house.stores.atomically((tx) => tx.runs.revise(run.id, change));
    const decision = await press(house, run, "confirm");
    expect(decision).toEqual({ kind: "too-late", state: "draft", why: "revised", decidedBy: ben, decidedAtMs: atMs });
  });

  test("a confirmed step is not gated again after a restart, and no model is asked", async () => {
    const run = await draft("r1");
    await press(house, run, "confirm");
    for (const n of [1, 2, 3]) await house.boot(n);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
    expect((await audited(house.stores, run.id)).filter((did) => did === "confirm-plan")).toHaveLength(1);
  });

  test("a run is never left running for ever: a zombie's run is taken over when its claim ends", async () => {
    const run = await draft("r1", "terminal:1", look);
    await press(house, run, "confirm");
    const claim = { owner: "boot-elsewhere" as never, nowMs: house.clock.nowMs(), leaseMs: 30_000, limit: 1 };
    await house.stores.atomically(async (tx) => {
      const [taken] = await tx.queue.claim(claim);
      await tx.runs.setState(run.id, { from: "queued", fence: taken!.fence, to: "running" });
    });
    await house.boot(1);
    await still();
    expect((await standing(house.stores, run.id)).run.state).toBe("running");
    for (let i = 0; i < 40; i++) await house.clock.advance(1_000);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });

  test("a running run without a place in the queue gets one at the next start", async () => {
    const run = await draft("r1");
    await press(house, run, "confirm");
    house.stores.connection.db.prepare("delete from queue").run();
    await house.boot(1);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });
});

describe("Cancel and Abandon", () => {
  test("who asked may cancel the draft without being allowed to confirm", async () => {
    await house.project({ access: { propose: [ana], confirm: [ben], administer: [] } });
    const run = await draft("r1");
    expect((await press(house, run, "confirm", ana)).kind).toBe("refused");
    expect((await press(house, run, "cancel", ana)).kind).toBe("accepted");
    expect(await told(house.stores, run.id)).toBe("cancelled: cancelled");
    expect(await chatOf("terminal:1")).toMatchObject({ pendingRunId: undefined, lastRunId: "r1" });
  });
});

describe("a draft past its time", () => {
  test("expires with a word in its thread and is not a yes", async () => {
    const run = await draft("r1");
    await house.clock.advance(86_400_000);
    expect(await expirePlans(house)).toBe(1);
    expect(await expirePlans(house)).toBe(0);
    expect((await standing(house.stores, run.id)).run.state).toBe("expired");
    const due = await house.stores.read((tx) => tx.outbox.due("terminal", house.clock.nowMs(), 10));
    expect(due.filter((one) => one.kind === "say")).toHaveLength(1);
    expect(await press(house, run, "confirm")).toMatchObject({ kind: "too-late", why: "expired" });
  });

  test("cannot be confirmed although upkeep has not come by yet", async () => {
    const run = await draft("r1");
    await house.clock.advance(86_400_000);
    expect(await press(house, run, "confirm")).toMatchObject({ kind: "too-late", why: "expired", state: "expired" });
  });

  test("is found by upkeep, which also has the audit log sealed", async () => {
    let sealed = 0;
    const checkpoint = async () => void sealed++;
    const run = await draft("r1");
    await house.clock.advance(86_400_000 - 1_500);
    const upkeep = createUpkeep({ ...house, logger: quietLogger, checkpoint });
    upkeep.start();
    await still();
    expect((await standing(house.stores, run.id)).run.state).toBe("draft");
    await house.clock.advance(2_000);
    await still();
    expect((await standing(house.stores, run.id)).run.state).toBe("expired");
    expect(sealed).toBeGreaterThan(0);
    await upkeep.stop();
  });
});

describe("a plan that only reads", () => {
  const auto = (id: string): Promise<boolean> =>
    house.stores.atomically(async (tx) => autoConfirm(tx, (await tx.runs.get(id as never))!, house.clock.nowMs()));

  test("starts by itself where the project says so, and its card says who decided", async () => {
    await house.project({ readsNeedNoConfirmation: true });
    const run = await draft("r1", "terminal:1", look);
    expect(await auto("r1")).toBe(true);
    expect((await standing(house.stores, run.id)).run).toMatchObject({ state: "queued", decidedBy: "piloto" });
    await house.boot(1);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
    expect(await auto("r1")).toBe(false);
  });

  test("asks by default, and a plan that writes always asks", async () => {
    await draft("r1", "terminal:1", look);
    expect(await auto("r1")).toBe(false);
    await house.stores.atomically((tx) => tx.projects.put(projectWith({}, { readsNeedNoConfirmation: true })));
    await draft("r2", "terminal:2", order);
    expect(await auto("r2")).toBe(false);
  });
});
