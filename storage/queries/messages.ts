import type { Message } from "../../core/domain/chat.ts";
import { asId, faceOf } from "../../core/domain/ids.ts";
import type { MessageReader, MessageWriter, NewMessage } from "../../core/ports/stores.ts";
import type { MessageRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { pageSize, toPage } from "./paging.ts";

type Stored = Omit<MessageRow, "seq"> & { seq: number };

const page = query((db, p: { chatId: string; before: number; limit: number }) =>
  db
    .selectFrom("messages")
    .selectAll()
    .where("chat_id", "=", p.chatId)
    .where("seq", "<", p.before)
    .orderBy("seq", "desc")
    .limit(p.limit),
);
const nextWaiting = query((db, p: { chatId: string }) =>
  db
    .selectFrom("messages")
    .selectAll()
    .where("chat_id", "=", p.chatId)
    .where("handled_at_ms", "is", null)
    .orderBy("seq")
    .limit(1),
);
const chatsWaiting = query((db, p: { limit: number }) =>
  db
    .selectFrom("messages")
    .select("chat_id")
    .where("handled_at_ms", "is", null)
    .groupBy("chat_id")
    .orderBy((e) => e.fn.min("seq"))
    .limit(p.limit),
);
const add = query((db, p: NewMessage & { face: string; groupsJson: string | undefined }) =>
  db
    .insertInto("messages")
    .values({
      id: p.id,
      chat_id: p.chatId,
      face: p.face,
      key: p.key,
      origin: p.origin,
      account: p.account as string,
      text: p.text,
      at_ms: p.atMs,
      handled_at_ms: p.handledAtMs as number,
      account_groups: p.groupsJson as string,
    })
    .onConflict((o) => o.columns(["key", "face"]).doNothing()),
);
const setHandled = query((db, p: { id: string; atMs: number }) =>
  db.updateTable("messages").set({ handled_at_ms: p.atMs }).where("id", "=", p.id).where("handled_at_ms", "is", null),
);

export function messagesOver(session: Session): MessageReader & MessageWriter {
  return {
    async page(chatId, request) {
      const size = pageSize(request);
      const before = request.before === undefined ? Number.MAX_SAFE_INTEGER : Number(request.before);
      const rows = await session.all(page, { chatId, before, limit: size + 1 });
      return toPage(rows, size, toMessage, (row) => String(row.seq));
    },
    async nextWaiting(chatId) {
      const row = await session.first(nextWaiting, { chatId });
      return row && toMessage(row);
    },
    chatsWaiting: async (limit) => (await session.all(chatsWaiting, { limit })).map((row) => asId(row.chat_id)),
    async add(message) {
      const groupsJson = message.groups && JSON.stringify(message.groups);
      return (await session.change(add, { ...message, face: faceOf(message.chatId), groupsJson })) > 0;
    },
    setHandled: async (id, atMs) => (await session.change(setHandled, { id, atMs })) > 0,
  };
}

function toMessage(row: Stored): Message {
  return {
    id: asId(row.id),
    chatId: asId(row.chat_id),
    key: row.key,
    origin: row.origin as Message["origin"],
    account: row.account === null ? undefined : asId(row.account),
    groups: row.account_groups === null ? undefined : JSON.parse(row.account_groups),
    text: row.text,
    atMs: row.at_ms,
    handledAtMs: row.handled_at_ms ?? undefined,
  };
}
