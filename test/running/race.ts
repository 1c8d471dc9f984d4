import { auditEntry } from "../../core/access/record-audit.ts";
import { planHash } from "../../core/domain/canonical.ts";
import type { AccountId, RunId } from "../../core/domain/ids.ts";
import { decide, takePress } from "../../core/planning/decide-plan.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { realClock } from "./world.ts";

export const RACERS = ["confirm", "cancel", "edit", "supersede"] as const;
export type Racer = (typeof RACERS)[number];

/** What one participant of one race was told. */
export interface Told {
  readonly race: string;
  readonly racer: Racer;
  readonly by: string;
  readonly kind: "accepted" | "too-late" | "refused" | "not-found";
  readonly why?: string;
  readonly decidedBy?: string;
}

/** One participant acts on the first revision of a draft, whatever others do to it in the same moment. */
export async function takePart(stores: Stores, race: string, racer: Racer, by: AccountId): Promise<Told> {
  const press = { runId: race as RunId, revision: 1, by };
  if (racer === "supersede")
    return { race, racer, by, kind: (await supersede(stores, press)) ? "accepted" : "too-late" };
  const decision =
    racer === "edit"
      ? await edit(stores, { ...press, action: "edit" })
      : await decide({ ...press, action: racer }, { stores, clock: realClock });
  const { kind } = decision;
  if (decision.kind !== "too-late") return { race, racer, by, kind };
  return { race, racer, by, kind, why: decision.why, decidedBy: decision.decidedBy };
}

function edit(stores: Stores, press: { runId: RunId; revision: number; by: AccountId; action: "edit" }) {
  return stores.atomically(async (tx) => {
    const atMs = realClock.nowMs();
    const taken = await takePress(tx, press, atMs);
    if (taken.kind === "no") return taken.decision;
    const { run } = taken;
    const plan = { ...run.plan, goal: `${run.plan.goal}, edited` };
    const change = {
      plan,
      planHash: planHash(plan),
      by: press.by,
      atMs,
      editNote: "goal",
      expiresAtMs: run.expiresAtMs,
    };
    if (!(await tx.runs.revise(run.id, { ...change, revision: run.revision + 1 })))
      throw new Error("The lock did not hold.");
    await tx.audit.append(auditEntry(press.by, "edit-plan", run.id, atMs));
    await announceRun(tx, run, atMs);
    return { kind: "accepted" as const, action: "edit" as const, run };
  });
}

function supersede(stores: Stores, { runId, by }: { runId: RunId; by: AccountId }): Promise<boolean> {
  return stores.atomically(async (tx) => {
    const atMs = realClock.nowMs();
    const run = await tx.runs.get(runId);
    const change = { from: "draft", to: "superseded", decidedBy: by, decidedAtMs: atMs } as const;
    if (!run || !(await tx.runs.setState(runId, change))) return false;
    await tx.audit.append(auditEntry(by, "supersede-plan", runId, atMs));
    await announceRun(tx, run, atMs);
    return true;
  });
}

/** How many participants of a race are told something untrue, by what the database says in the end. */
export async function untruths(stores: Stores, told: readonly Told[]): Promise<string[]> {
  const wrong: string[] = [];
  const byRace = new Map<string, Told[]>();
  for (const one of told) byRace.set(one.race, [...(byRace.get(one.race) ?? []), one]);
  const ENDS: Partial<Record<string, Racer>> = { queued: "confirm", cancelled: "cancel", superseded: "supersede" };
  await stores.read(async (tx) => {
    for (const [race, all] of byRace) {
      const run = (await tx.runs.get(race as RunId))!;
      const won = all.filter((one) => one.kind === "accepted" && one.racer !== "edit");
      const edits = all.filter((one) => one.kind === "accepted" && one.racer === "edit");
      if (won.length > 1) wrong.push(`${race}: decided ${won.length} times`);
      if (edits.length > 1) wrong.push(`${race}: the first revision was edited ${edits.length} times`);
      if (ENDS[run.state] !== won[0]?.racer) wrong.push(`${race}: is ${run.state}, won by ${won[0]?.racer}`);
      if (run.revision !== 1 + edits.length)
        wrong.push(`${race}: revision ${run.revision} after ${edits.length} edits`);
      if (edits.length > 0 && won[0] && won[0].racer !== "supersede")
        wrong.push(`${race}: edited and decided as it was`);
      for (const one of all) {
        if (one.kind !== "too-late" || one.racer === "supersede") continue;
        const deciders = [won[0]?.by, edits[0]?.by];
        if (!deciders.includes(one.decidedBy)) wrong.push(`${race}: ${one.by} was told that ${one.decidedBy} decided`);
      }
      if (all.length > 1 && won.length + edits.length === 0) wrong.push(`${race}: nobody won`);
    }
  });
  return wrong;
}
