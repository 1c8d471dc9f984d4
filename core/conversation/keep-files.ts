import { createHash } from "node:crypto";
import { sha256 } from "../domain/canonical.ts";
import type { IncomingFile, IncomingMessage, KeptFile, Language } from "../domain/chat.ts";
import type { MessageId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { Tx } from "../ports/stores.ts";
import { words } from "../words/words.ts";

/** A face refuses more before; these hold for all faces. */
const MOST_FILES = 10;
const MOST_BYTES = 20_000_000;
const MAX_NAME = 120;
const MAX_TYPE = 100;

/** The sentence for a sender whose files are too many or too large. */
export function refuseFiles(files: readonly IncomingFile[], language: Language): string | undefined {
  const say = words(language).menu.files;
  if (files.length > MOST_FILES) return say.tooMany(files.length, MOST_FILES);
  const bytes = files.reduce((sum, file) => sum + file.content.byteLength, 0);
  return bytes > MOST_BYTES ? say.tooLarge(Math.ceil(bytes / 1_000_000), MOST_BYTES / 1_000_000) : undefined;
}

/** Keeps the files of a message, in the transaction that saves it. Nobody opens them: their names are all that is read. */
export async function keepFiles(
  tx: Tx,
  messageId: MessageId,
  files: readonly IncomingFile[],
  { ids, atMs }: { ids: readonly string[]; atMs: number },
): Promise<void> {
  for (const [index, file] of files.entries()) {
    const kept: KeptFile = {
      id: ids[index]!,
      messageId,
      name: nameOf(file),
      mediaType: typeOf(file),
      bytes: file.content.byteLength,
      sha256: createHash("sha256").update(file.content).digest("hex"),
    };
    await tx.files.put(kept, file.content, atMs);
  }
}

/**
 * What a model is told of the files, as data beside the message: that they are there, and that nobody read them.
 * `key` makes it unique for the delivery.
 */
export function noteOfFiles({ key, chatId, files = [] }: IncomingMessage): { key: string; text: string } {
  const list = files.map((file) => `file ${JSON.stringify(nameOf(file))} (${typeOf(file)}, ${sizeOf(file)}), not read`);
  return { key: `thread:files:${sha256(`${chatId}\n${key}`)}`, text: `Came with the next message: ${list.join("; ")}` };
}

const nameOf = ({ name }: IncomingFile) => plainLine(name, MAX_NAME) || "file";
const typeOf = ({ mediaType }: IncomingFile) => plainLine(mediaType, MAX_TYPE) || "application/octet-stream";

function sizeOf({ content }: IncomingFile): string {
  const bytes = content.byteLength;
  return bytes < 1_000 ? `${bytes} bytes` : bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : mega(bytes);
}

const mega = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
