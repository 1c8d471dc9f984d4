import type { BootId } from "../../core/domain/ids.ts";
import { query, type Session } from "../session.ts";

const find = query((db, p: { id: string }, dialect) => {
  const boot = db.selectFrom("boots").select("is_superseded").where("id", "=", p.id);
  return dialect === "postgres" ? boot.forShare() : boot;
});

/**
 * Whether a newer boot has taken this one's name; a boot that was never recorded is nobody's predecessor.
 * The answer stays true until the transaction ends.
 */
export async function isSuperseded(session: Session, id: BootId): Promise<boolean> {
  return (await session.first(find, { id }))?.is_superseded === 1;
}
