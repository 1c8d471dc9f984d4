import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const HOUR_MS = 3_600_000;

const take = query((db, p: { projectId: string; hour: number; max: number }) =>
  db
    .insertInto("call_counts")
    .values({ project_id: p.projectId, hour: p.hour, calls: 1 })
    .onConflict((o) =>
      o
        .columns(["project_id", "hour"])
        .doUpdateSet((e) => ({ calls: e("call_counts.calls", "+", 1) }))
        .where("call_counts.calls", "<", p.max),
    ),
);

export function limitsOver(session: Session): Tx["limits"] {
  return {
    async takeCall(projectId, atMs, max) {
      if (max < 1) return false;
      return (await session.change(take, { projectId, hour: Math.floor(atMs / HOUR_MS), max })) > 0;
    },
  };
}
