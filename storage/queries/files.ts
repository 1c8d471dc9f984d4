import { createHash } from "node:crypto";
import type { KeptFile } from "../../core/domain/chat.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { asId } from "../../core/domain/ids.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const LARGEST_BYTES = 20 * 1024 * 1024;

const of = query((db, p: { messageId: string }) =>
  db
    .selectFrom("files")
    .select(["id", "message_id", "name", "media_type", "bytes", "sha256"])
    .where("message_id", "=", p.messageId)
    .orderBy("seq"),
);
const content = query((db, p: { id: string }) =>
  db
    .selectFrom("file_contents")
    .innerJoin("files", "files.id", "file_contents.file_id")
    .select(["file_contents.content", "files.sha256"])
    .where("file_contents.file_id", "=", p.id),
);
const put = query((db, p: KeptFile & { atMs: number }) =>
  db.insertInto("files").values({
    id: p.id,
    message_id: p.messageId,
    name: p.name,
    media_type: p.mediaType,
    bytes: p.bytes,
    sha256: p.sha256,
    at_ms: p.atMs,
  }),
);
const putContent = query((db, p: { id: string; content: Uint8Array }) =>
  db.insertInto("file_contents").values({ file_id: p.id, content: p.content }),
);

export function filesOver(session: Session): Tx["files"] {
  return {
    async of(messageId) {
      const rows = await session.all(of, { messageId });
      return rows.map((row) => ({
        id: row.id,
        messageId: asId(row.message_id),
        name: row.name,
        mediaType: row.media_type,
        bytes: row.bytes,
        sha256: row.sha256,
      }));
    },
    async content(id) {
      const row = await session.first(content, { id });
      if (row && sha256(row.content) !== row.sha256) {
        throw new PilotoError(
          "DATA_DAMAGED",
          `The content of the kept file ${id} is not what was stored. Bring it back from a backup, or ask its sender again.`,
        );
      }
      return row?.content;
    },
    async put(file, bytes, atMs) {
      assertTrue(file, bytes);
      await session.change(put, { ...file, atMs });
      await session.change(putContent, { id: file.id, content: bytes });
    },
  };
}

/** What is said of a file must be true before it is kept: later nobody could tell which of the two is wrong. */
function assertTrue(file: KeptFile, bytes: Uint8Array): void {
  const refuse = (what: string): never => {
    throw new PilotoError("INPUT_INVALID", `The file "${file.name}" ${what}. It was not kept; send it again.`);
  };
  if (bytes.length > LARGEST_BYTES) refuse(`has ${bytes.length} bytes; at most ${LARGEST_BYTES} are kept`);
  if (bytes.length !== file.bytes) refuse(`should have ${file.bytes} bytes and has ${bytes.length}`);
  if (sha256(bytes) !== file.sha256) refuse("does not have the checksum that it came with");
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
