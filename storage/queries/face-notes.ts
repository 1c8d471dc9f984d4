import { PilotoError } from "../../core/domain/errors.ts";
import type { Json } from "../../core/domain/result.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const LONGEST_KEY = 300;
const LARGEST_VALUE_BYTES = 65_536;
const LARGEST_PAGE = 1_000;

type Key = { face: string; key: string };
/** Keys are compared by their UTF-8 bytes on both databases; `to` is above everything that begins with the prefix. */
type Range = { face: string; from: string; to: string };
type Note = Key & { value: string; atMs: number };

const get = query((db, p: Key) =>
  db.selectFrom("face_notes").select("value").where("face", "=", p.face).where("key", "=", p.key),
);
const list = query((db, p: Range & { after: string; limit: number }) =>
  db
    .selectFrom("face_notes")
    .select(["key", "value"])
    .where("face", "=", p.face)
    .where("key", ">=", p.from)
    .where("key", "<=", p.to)
    .where("key", ">", p.after)
    .orderBy("key")
    .limit(p.limit),
);
const put = query((db, p: Note) =>
  db
    .insertInto("face_notes")
    .values({ face: p.face, key: p.key, at_ms: p.atMs, value: p.value })
    .onConflict((o) => o.columns(["face", "key"]).doUpdateSet({ at_ms: p.atMs, value: p.value })),
);
const putNew = query((db, p: Note) =>
  db
    .insertInto("face_notes")
    .values({ face: p.face, key: p.key, at_ms: p.atMs, value: p.value })
    .onConflict((o) => o.columns(["face", "key"]).doNothing()),
);
const remove = query((db, p: Key) => db.deleteFrom("face_notes").where("face", "=", p.face).where("key", "=", p.key));
const forget = query((db, p: Range & { beforeMs: number }) =>
  db
    .deleteFrom("face_notes")
    .where("face", "=", p.face)
    .where("key", ">=", p.from)
    .where("key", "<=", p.to)
    .where("at_ms", "<", p.beforeMs),
);

export function faceNotesOver(session: Session): Tx["faceNotes"] {
  return {
    async get(face, key) {
      const row = await session.first(get, { face, key });
      return row && JSON.parse(row.value);
    },
    async list(face, prefix, { limit, afterKey = "" }) {
      const size = Math.max(1, Math.min(LARGEST_PAGE, Math.trunc(limit)));
      const rows = await session.all(list, { ...range(face, prefix), after: afterKey, limit: size });
      return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) }));
    },
    async put(face, key, value, atMs) {
      await session.change(put, note(face, key, value, atMs));
    },
    putNew: async (face, key, value, atMs) => (await session.change(putNew, note(face, key, value, atMs))) > 0,
    remove: async (face, key) => (await session.change(remove, { face, key })) > 0,
    forget: (face, prefix, beforeMs) => session.change(forget, { ...range(face, prefix), beforeMs }),
  };
}

const range = (face: string, prefix: string): Range => ({ face, from: prefix, to: `${prefix}\u{10FFFF}` });

function note(face: string, key: string, value: Json, atMs: number): Note {
  if (key === "" || key.length > LONGEST_KEY) {
    throw new PilotoError(
      "INPUT_INVALID",
      `A note of ${face} has a key of ${key.length} characters; 1 to ${LONGEST_KEY} fit. Nothing was saved.`,
    );
  }
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > LARGEST_VALUE_BYTES) {
    throw new PilotoError(
      "INPUT_INVALID",
      `The note "${key}" of ${face} is ${bytes} bytes of JSON; at most ${LARGEST_VALUE_BYTES} fit. Nothing was saved.`,
    );
  }
  return { face, key, value: json, atMs };
}
