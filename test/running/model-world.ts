import { auditEntry } from "../../core/access/record-audit.ts";
import { planHash } from "../../core/domain/canonical.ts";
import type { AccountId, RunId } from "../../core/domain/ids.ts";
import { isActive, type PlanRun } from "../../core/domain/plan-run.ts";
import type { ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import { type DecidedAction, decide } from "../../core/planning/decide-plan.ts";
import type { Decision, Press } from "../../core/planning/decision.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner, type Runner } from "../../core/running/runner.ts";
import { createToolCatalogue, type ToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { expirePlans } from "../../core/upkeep/expire-plans.ts";
import { openSqlite } from "../../storage/index.ts";
import { fakeTool, fakeTools } from "../support/fake-tools.ts";
import { type ManualClock, manualClock, settle } from "../support/manual-clock.ts";
import { type Tamper, watchStores } from "./watch-stores.ts";
import { ana, ben, bootOf, planOf, projectWith, propose, quietLogger, stranger } from "./world.ts";

export const CHATS = ["terminal:1", "terminal:2"] as const;
const LIFE_MS = 3_600_000;
const safe = fakeTool("set", { risk: "write", replay: "safe" });
const never = fakeTool("order", { risk: "write", replay: "never" });

/** A bug seeded between the code under test and what it uses. */
export interface Mutant {
  readonly name: string;
  readonly tamper?: Tamper;
  readonly decide?: typeof decide;
  readonly tools?: (tools: ToolCatalogue) => ToolCatalogue;
}

export type CallEnd = "done" | "refused" | "busy" | "busy-for-long" | "cut-off" | "happened-cut-off";

const FAILURES = {
  refused: { code: "CALL_REFUSED", effect: "none" },
  busy: { code: "CALL_FAILED", effect: "none" },
  "busy-for-long": { code: "CALL_FAILED", effect: "none", retryAfterMs: 20_000 },
  "cut-off": { code: "CALL_CUT_OFF", effect: "unknown" },
  "happened-cut-off": { code: "CALL_CUT_OFF", effect: "unknown" },
} as const;

interface Parked {
  readonly call: ToolCall;
  readonly signal: AbortSignal;
  readonly process: Process;
  readonly answer: (outcome: ToolOutcome) => void;
}

interface Process {
  readonly runner: Runner;
  isDead: boolean;
}

export interface ModelWorld {
  readonly clock: ManualClock;
  readonly stores: Stores;
  readonly runs: RunId[];
  readonly transitions: Set<string>;
  readonly staleEnds: number;
  propose(chat: number, kinds: string): Promise<void>;
  edit(run: number): Promise<void>;
  press(run: number, action: DecidedAction, how: { by: AccountId; isStale: boolean }): Promise<void>;
  endCall(index: number, how: CallEnd): Promise<void>;
  /** The process is killed; its calls are never answered. A new one starts. */
  crash(): Promise<void>;
  /** The process is taken for dead and goes on all the same. */
  zombie(): Promise<void>;
  /** The process ends in good order; nobody works until the next start. */
  shutDown(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Upkeep has its turn. */
  tend(): Promise<void>;
  /** Everything is brought to its end; then what must be true in the end is checked. */
  finish(): Promise<void>;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** One random life of Piloto on one disk, with its invariants. A broken one throws. */
export async function modelWorld(mutant: Mutant = { name: "none" }): Promise<ModelWorld> {
  const inner = await openSqlite({ folder: ":memory:" });
  const clock = manualClock();
  const { stores, transitions, broken } = watchStores(inner, mutant.tamper);
  await inner.atomically((tx) => tx.projects.put(projectWith()));
  const truth = { effects: [] as string[], asked: new Map<string, number>(), confirmed: new Map<RunId, string>() };
  const parked: Parked[] = [];
  const runs: RunId[] = [];
  const isTakenOver = new Set<Process>();
  let lastBreak: Error | undefined;
  const fail = (why: string): never => {
    lastBreak ??= new Error(`${mutant.name}: ${why}`);
    throw lastBreak;
  };
  let process = await boot(0);
  let boots = 0;
  let staleEnds = 0;

  async function boot(n: number): Promise<Process> {
    const own: Process = { isDead: false, runner: undefined as never };
    const provider = fakeTools(safe, never);
    const tools = createToolCatalogue([{ ...provider, call: (_p, call, signal) => park(own, call, signal) }]);
    const mortal: Stores = {
      ...stores,
      atomically: (work) => (own.isDead ? new Promise(() => {}) : stores.atomically(work)),
      read: (work) => (own.isDead ? new Promise(() => {}) : stores.read(work)),
    };
    const runner = createRunner({
      stores: mortal,
      tools: mutant.tools ? mutant.tools(tools) : tools,
      clock,
      logger: quietLogger,
      boot: bootOf(n),
      settings: { lookMs: 0, stopLookMs: 0, beatMs: 1_000, pollMs: 1_000, backOffMs: 1_000, waitInHandMs: 5_000 },
      random: () => 1,
    });
    await recover({ stores, clock, boot: bootOf(n) });
    Object.assign(own, { runner });
    runner.start();
    return own;
  }

  function park(own: Process, call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    if (own.isDead) return new Promise(() => {});
    if (isTakenOver.has(own)) fail(`a process that lost its runs began ${call.idempotencyKey}`);
    return new Promise((answer) => parked.push({ call, signal, process: own, answer }));
  }

  /** The outside acts now or never; what it says is another matter. */
  function endNow({ call, answer, process: own }: Parked, how: CallEnd): void {
    const hasHappened = how === "done" || how === "happened-cut-off";
    if (hasHappened) happened(call);
    if (own.isDead) return;
    if (own !== process) staleEnds += 1;
    const request = call.tool.operation;
    if (how === "done") {
      answer({ kind: "done", request, summary: "200", result: { status: 200, headers: {}, body: { id: "x" } } });
      return;
    }
    answer({ kind: "failed", request, summary: how, ...FAILURES[how] });
  }

  function happened(call: ToolCall): void {
    const { idempotencyKey: key } = call;
    const runId = key.slice(0, key.lastIndexOf("-")) as RunId;
    const hash = truth.confirmed.get(runId);
    if (hash === undefined) fail(`${key} took effect although nobody confirmed it`);
    if (!/^\d+$/.test(key.slice(key.lastIndexOf("-") + 1))) fail(`${key} is not the key of a step`);
    truth.effects.push(key);
    const times = truth.effects.filter((effect) => effect === key).length;
    if (call.tool.replay === "never" && times > 1 + (truth.asked.get(key) ?? 0)) fail(`${key} happened ${times} times`);
  }

  async function settled(): Promise<void> {
    await settle(12);
  }

  async function press(index: number, action: DecidedAction, { by, isStale }: { by: AccountId; isStale: boolean }) {
    const before = await runAt(index);
    if (!before) return;
    const unknown = await inner.read(async (tx) =>
      (await tx.steps.of(before.id)).filter((s) => s.state === "unknown" || s.state === "error"),
    );
    const chatWas = await inner.read((tx) => tx.chats.get(before.chatId));
    const revision = isStale ? before.revision - 1 : before.revision;
    const asked: Press & { action: DecidedAction } = { runId: before.id, revision, action, by };
    const decision = await (mutant.decide ?? decide)(asked, { stores, clock });
    const after = (await runAt(index))!;
    judge({ asked, before, after, decision, isStale, activeWas: chatWas?.activeRunId });
    if (decision.kind === "accepted") {
      if (action === "confirm") truth.confirmed.set(after.id, after.planHash);
      if (action === "retry") {
        for (const { number } of unknown) {
          const key = `${after.id}-${number}`;
          truth.asked.set(key, (truth.asked.get(key) ?? 0) + 1);
        }
      }
    }
    await settled();
  }

  function judge(seen: {
    asked: Press;
    before: PlanRun;
    after: PlanRun;
    decision: Decision;
    isStale: boolean;
    activeWas: RunId | undefined;
  }): void {
    const { asked, before, after, decision, isStale } = seen;
    if (decision.kind === "accepted") {
      if (asked.by === stranger) fail("a stranger's press was accepted");
      if (isStale) fail("a press for another revision was accepted");
      if (asked.action === "confirm" && before.state !== "draft") fail(`confirmed a run that is ${before.state}`);
      if (asked.action === "confirm" && before.expiresAtMs <= clock.nowMs()) fail("confirmed after its time");
      if (asked.action === "confirm" && (after.state === "draft" || after.decidedBy !== asked.by))
        fail("confirmed, and not");
      return;
    }
    const isExpiry = before.state === "draft" && after.state === "expired" && before.expiresAtMs <= clock.nowMs();
    if (before.state !== after.state && !isExpiry && !isActive(before.state))
      fail(`a ${decision.kind} press changed the run`);
    if (decision.kind === "too-late" && decision.why === "decided" && !decision.decidedBy)
      fail("too late, and not who decided");
  }

  const runAt = (index: number) =>
    inner.read(async (tx) => (runs.length > 0 ? await tx.runs.get(runs[index % runs.length]!) : undefined));

  async function check(): Promise<void> {
    if (lastBreak) throw lastBreak;
    if (broken.length > 0) fail(broken[0]!);
    await inner.read(async (tx) => {
      const all = await Promise.all(runs.map((id) => tx.runs.get(id)));
      for (const run of all) {
        if (!run) continue;
        const item = await tx.queue.get(run.id);
        const belongs = run.state === "queued" || run.state === "running";
        if (belongs !== (item !== undefined))
          fail(`run ${run.id} is ${run.state} and ${item ? "" : "not "}in the queue`);
        const votes = await tx.votes.of(run.id);
        if (votes.filter((vote) => vote.counted && vote.action === "confirm").length > 1) fail("two confirms counted");
        if (votes.some((vote) => vote.counted && vote.by === stranger)) fail("a stranger's vote counted");
        if (run.state !== "draft" && planHash(run.plan) !== run.planHash)
          fail("the plan is not the one that was shown");
      }
      for (const id of CHATS) {
        const active = all.filter((run) => run?.chatId === id && isActive(run.state));
        if (active.length > 1) fail(`two runs at work in ${id}`);
        const chat = await tx.chats.get(id as never);
        if (chat && chat.activeRunId !== active[0]?.id)
          fail(`${id} points at ${chat.activeRunId}, at work is ${active[0]?.id}`);
        const pending = chat?.pendingRunId && all.find((run) => run?.id === chat.pendingRunId);
        if (pending && pending.state !== "draft") fail(`${id} has a pending run that is ${pending.state}`);
      }
    });
  }

  async function finish(): Promise<void> {
    boots += 1;
    process = await boot(boots);
    for (let round = 0; round < 60; round++) {
      while (parked.length > 0) endNow(parked.shift()!, "done");
      await settled();
      let isOver = true;
      for (let i = 0; i < runs.length; i++) {
        const run = await runAt(i);
        if (!run || !isActive(run.state)) continue;
        isOver = false;
        if (run.state === "waiting") await press(i, "continue", { by: ana, isStale: false });
      }
      if (isOver && parked.length === 0) break;
      await clock.advance(5_000);
      await settled();
    }
    await check();
    await inner.read(async (tx) => {
      for (const id of runs) {
        const run = (await tx.runs.get(id))!;
        if (isActive(run.state)) fail(`run ${id} is ${run.state} for ever`);
        const steps = await tx.steps.of(id);
        const attempts = await tx.steps.attempts(id);
        if (steps.some((step) => step.state === "running")) fail(`a step of the ${run.state} run ${id} runs for ever`);
        for (const { number, state } of steps) {
          const happened = truth.effects.includes(`${id}-${number}`);
          if (state === "done" && !happened) fail(`step ${number} of ${id} is done and never happened`);
          if (state === "cancelled" && happened) fail(`step ${number} of ${id} is told as cancelled and happened`);
        }
        const entries = (await tx.audit.after(0, 100_000)).filter((entry) => entry.target === id);
        const begun = entries.filter((entry) => entry.did === "begin-step").length;
        if (begun > attempts.length) fail(`${begun} beginnings in the audit log, ${attempts.length} attempts`);
      }
    });
  }

  return {
    clock,
    stores,
    runs,
    transitions,
    get staleEnds() {
      return staleEnds;
    },
    async propose(chat, kinds) {
      const id = `run-${runs.length + 1}` as RunId;
      const chatId = CHATS[chat % CHATS.length]!;
      const former = await inner.read(async (tx) => (await tx.chats.get(chatId as never))?.pendingRunId);
      const plan = planOf(...[...kinds].map((kind) => ({ tool: kind === "s" ? safe : never })));
      if (former) await supersede(stores, former, id, clock);
      await propose(stores, { id, plan, chat: chatId, atMs: clock.nowMs(), lifeMs: LIFE_MS });
      runs.push(id);
      await settled();
    },
    async edit(index) {
      const run = await runAt(index);
      if (!run) return;
      const plan = { ...run.plan, goal: `${run.plan.goal}!` };
      const change = { plan, planHash: planHash(plan), by: ben, atMs: clock.nowMs(), editNote: "goal" };
      await stores.atomically((tx) =>
        tx.runs.revise(run.id, { ...change, revision: run.revision + 1, expiresAtMs: run.expiresAtMs }),
      );
    },
    press,
    async endCall(index, how) {
      if (parked.length === 0) return;
      const [one] = parked.splice(index % parked.length, 1);
      endNow(one!, how);
      await settled();
    },
    async crash() {
      process.isDead = true;
      boots += 1;
      process = await boot(boots);
      await settled();
    },
    async zombie() {
      const old = process;
      boots += 1;
      process = await boot(boots);
      await settled();
      isTakenOver.add(old);
    },
    async shutDown() {
      const stopping = process.runner.stop(2_000);
      for (let i = 0; i < 4; i++) await clock.advance(1_000);
      await stopping;
      await settled();
    },
    async pass(ms) {
      await clock.advance(ms);
      await settled();
    },
    async tend() {
      await expirePlans({ stores, clock });
      await settled();
    },
    finish,
    check,
    async close() {
      await inner.close();
    },
  };
}

async function supersede(stores: Stores, former: RunId, by: RunId, clock: Clock): Promise<void> {
  await stores.atomically(async (tx) => {
    const run = await tx.runs.get(former);
    if (!run) return;
    const at = { decidedBy: ana, decidedAtMs: clock.nowMs(), supersededBy: by };
    if (!(await tx.runs.setState(former, { from: "draft", to: "superseded", ...at }))) return;
    await tx.audit.append(auditEntry(ana, "supersede-plan", former, clock.nowMs()));
    await announceRun(tx, run, clock.nowMs());
  });
}
