import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const HOUR_MS = 3_600_000;

/** Several calls are counted at once only while so many times as many are left. */
const FAR_FROM_LIMIT = 16;

type Take = { projectId: string; hour: number; calls: number; below: number };
const take = query((db, p: Take) =>
  db
    .insertInto("call_counts")
    .values({ project_id: p.projectId, hour: p.hour, calls: p.calls })
    .onConflict((o) =>
      o
        .columns(["project_id", "hour"])
        .doUpdateSet((e) => ({ calls: e("call_counts.calls", "+", p.calls) }))
        .where("call_counts.calls", "<", p.below),
    ),
);
const giveBack = query((db, p: { projectId: string; hour: number; calls: number }) =>
  db
    .updateTable("call_counts")
    .set((e) => ({ calls: e("calls", "-", p.calls) }))
    .where("project_id", "=", p.projectId)
    .where("hour", "=", p.hour),
);

export function limitsOver(session: Session): Tx["limits"] {
  return {
    async takeCalls(projectId, atMs, max, want) {
      const hour = Math.floor(atMs / HOUR_MS);
      const far = max - want * FAR_FROM_LIMIT;
      if (want > 1 && far > 0 && (await session.change(take, { projectId, hour, calls: want, below: far })) > 0) {
        return want;
      }
      if (max < 1) return 0;
      return session.change(take, { projectId, hour, calls: 1, below: max });
    },
    async giveCallsBack(projectId, atMs, calls) {
      await session.change(giveBack, { projectId, hour: Math.floor(atMs / HOUR_MS), calls });
    },
  };
}
