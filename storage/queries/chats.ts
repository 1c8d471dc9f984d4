import { sql } from "kysely";
import type { Chat } from "../../core/domain/chat.ts";
import { asId } from "../../core/domain/ids.ts";
import type { ChatReader, ChatWriter } from "../../core/ports/stores.ts";
import type { ChatRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { isSuperseded } from "./lock-boot.ts";

const get = query((db, p: { id: string }) => db.selectFrom("chats").selectAll().where("id", "=", p.id));
const add = query((db, p: { id: string; projectId: string; language: string; atMs: number }) =>
  db
    .insertInto("chats")
    .values({ id: p.id, project_id: p.projectId, language: p.language, created_at_ms: p.atMs })
    .onConflict((o) => o.doNothing()),
);

type Change = {
  id: string;
  language: string | undefined;
  lastRunId: string | undefined;
  setsPending: boolean;
  pendingRunId: string | null | undefined;
  setsActive: boolean;
  activeRunId: string | null | undefined;
};
const set = query((db, p: Change) =>
  db
    .updateTable("chats")
    .set({
      language: sql`coalesce(${p.language}, language)`,
      last_run_id: sql`coalesce(${p.lastRunId}, last_run_id)`,
      pending_run_id: sql`case when ${p.setsPending} = 1 then ${p.pendingRunId} else pending_run_id end`,
      active_run_id: sql`case when ${p.setsActive} = 1 then ${p.activeRunId} else active_run_id end`,
    })
    .where("id", "=", p.id),
);

/** A turn left by an older boot of the name was freed by `queue.boot`, so here it is free, expired or its own. */
const takeTurn = query((db, p: { id: string; owner: string; nowMs: number; untilMs: number }) =>
  db
    .updateTable("chats")
    .set({ turn_owner: p.owner, turn_until_ms: p.untilMs })
    .where("id", "=", p.id)
    .where((e) =>
      e.or([e("turn_owner", "is", null), e("turn_owner", "=", p.owner), e("turn_until_ms", "<=", p.nowMs)]),
    ),
);
const endTurn = query((db, p: { id: string; owner: string }) =>
  db
    .updateTable("chats")
    .set({ turn_owner: null, turn_until_ms: null })
    .where("id", "=", p.id)
    .where("turn_owner", "=", p.owner),
);

export function chatsOver(session: Session): ChatReader & ChatWriter {
  const read: ChatReader["get"] = async (id) => {
    const row = await session.first(get, { id });
    return row && toChat(row);
  };
  return {
    get: read,
    async ensure(chat) {
      const known = await read(chat.id);
      if (known) return known;
      await session.change(add, chat);
      return (await read(chat.id))!;
    },
    async set(id, change) {
      await session.change(set, {
        id,
        language: change.language,
        lastRunId: change.lastRunId,
        setsPending: change.pendingRunId !== undefined,
        pendingRunId: change.pendingRunId,
        setsActive: change.activeRunId !== undefined,
        activeRunId: change.activeRunId,
      });
    },
    async takeTurn(id, owner, nowMs, untilMs) {
      if (await isSuperseded(session, owner)) return false;
      return (await session.change(takeTurn, { id, owner, nowMs, untilMs })) > 0;
    },
    async endTurn(id, owner) {
      await session.change(endTurn, { id, owner });
    },
  };
}

function toChat(row: ChatRow): Chat {
  return {
    id: asId(row.id),
    projectId: asId(row.project_id),
    language: row.language as Chat["language"],
    pendingRunId: row.pending_run_id === null ? undefined : asId(row.pending_run_id),
    activeRunId: row.active_run_id === null ? undefined : asId(row.active_run_id),
    lastRunId: row.last_run_id === null ? undefined : asId(row.last_run_id),
  };
}
