import type { AccountId } from "../domain/ids.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { ReadTx } from "../ports/stores.ts";
import { named, namesOf } from "../words/names.ts";

/** Somebody asked that a run ends. */
export interface StopAsked {
  readonly by: AccountId;
  /** What people call them. */
  readonly who: string;
  readonly atMs: number;
}

/** Whether a Stop was pressed on the run, and by whom; read where the run was read. */
export async function stopAsked(tx: Pick<ReadTx, "people">, run: PlanRun | undefined): Promise<StopAsked | undefined> {
  const { cancelRequestedBy: by, cancelRequestedAtMs: atMs } = run ?? {};
  if (by === undefined || atMs === undefined) return undefined;
  return { by, who: named(by, await namesOf(tx, [by, run?.requestedBy, run?.decidedBy])), atMs };
}
