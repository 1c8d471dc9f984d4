import { asId } from "../../core/domain/ids.ts";
import type { LinkCodeWriter } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const put = query((db, p: { hash: string; account: string; expiresAtMs: number }) =>
  db
    .insertInto("link_codes")
    .values({ account: p.account, hash: p.hash, expires_at_ms: p.expiresAtMs })
    .onConflict((o) => o.column("account").doUpdateSet({ hash: p.hash, expires_at_ms: p.expiresAtMs })),
);
const find = query((db, p: { hash: string }) =>
  db.selectFrom("link_codes").select(["account", "expires_at_ms"]).where("hash", "=", p.hash),
);
const remove = query((db, p: { hash: string }) => db.deleteFrom("link_codes").where("hash", "=", p.hash));

export function linkCodesOver(session: Session): LinkCodeWriter {
  return {
    async put(code) {
      await session.change(put, code);
    },
    async take(hash, nowMs) {
      const row = await session.first(find, { hash });
      // Of two who take it at once, one removes the row.
      if (!row || (await session.change(remove, { hash })) === 0) return undefined;
      return row.expires_at_ms > nowMs ? asId(row.account) : undefined;
    },
  };
}
