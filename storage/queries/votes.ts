import { asId } from "../../core/domain/ids.ts";
import type { Vote } from "../../core/domain/plan-run.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const of = query((db, p: { runId: string }) =>
  db.selectFrom("votes").selectAll().where("run_id", "=", p.runId).orderBy("seq"),
);
const add = query((db, p: Vote & { groupsJson: string | undefined }) =>
  db.insertInto("votes").values({
    run_id: p.runId,
    revision: p.revision,
    plan_hash: p.planHash,
    by_account: p.by,
    action: p.action,
    counted: p.counted as unknown as number,
    at_ms: p.atMs,
    account_groups: p.groupsJson as string,
  }),
);

export function votesOver(session: Session): Tx["votes"] {
  return {
    async of(runId) {
      const rows = await session.all(of, { runId });
      return rows.map((row) => ({
        runId: asId(row.run_id),
        revision: row.revision,
        planHash: row.plan_hash,
        by: asId(row.by_account),
        groups: row.account_groups === null ? undefined : JSON.parse(row.account_groups),
        action: row.action as Vote["action"],
        counted: row.counted === 1,
        atMs: row.at_ms,
      }));
    },
    async add(vote) {
      await session.change(add, { ...vote, groupsJson: vote.groups && JSON.stringify(vote.groups) });
    },
  };
}
