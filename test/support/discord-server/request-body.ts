import type { IncomingMessage } from "node:http";
import type { Upload } from "./files.ts";

/** What a request brought. */
export interface Content {
  readonly body: unknown;
  readonly uploads: readonly Upload[];
  readonly problem?: "tooLarge" | "invalidJson";
}

/**
 * JSON, or multipart with `payload_json` and `files[n]`. What is too large is read to its end and thrown away.
 * `undefined` when the bot went away before it had said everything.
 */
export async function readContent(req: IncomingMessage, maxBytes: number): Promise<Content | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
    }
  } catch (error) {
    if (req.destroyed) return undefined;
    throw error;
  }
  if (size > maxBytes) return { body: undefined, uploads: [], problem: "tooLarge" };
  const type = req.headers["content-type"] ?? "";
  const bytes = Buffer.concat(chunks);
  return type.startsWith("multipart/form-data")
    ? fromMultipart(bytes, type)
    : { ...parsed(bytes.toString()), uploads: [] };
}

function parsed(text: string): { body: unknown; problem?: "invalidJson" } {
  if (!text) return { body: undefined };
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { body: text, problem: "invalidJson" };
  }
}

async function fromMultipart(bytes: Buffer, type: string): Promise<Content> {
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const uploads: Upload[] = [];
  let payload = "{}";
  for (const [name, value] of form) {
    const n = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === "payload_json") payload = typeof value === "string" ? value : await value.text();
    else if (n !== undefined && typeof value !== "string") {
      uploads.push({
        n: Number(n),
        name: value.name,
        contentType: value.type,
        bytes: Buffer.from(await value.arrayBuffer()),
      });
    }
  }
  return { ...parsed(payload), uploads };
}
