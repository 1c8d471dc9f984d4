import { z } from "zod";
import type { IncomingFile } from "../../../core/domain/chat.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { mediaTypeOf } from "../../shared/media-type.ts";

const Attachment = z.looseObject({
  filename: z.string().default("file"),
  size: z.number().default(0),
  url: z.string().default(""),
  content_type: z.string().nullish(),
});

export type WhyLeft = "too-large" | "too-many" | "not-allowed" | "not-there";

export interface FetchedFiles {
  readonly files: readonly IncomingFile[];
  /** What was left out, and why: for the sender. */
  readonly left: readonly { readonly name: string; readonly why: WhyLeft }[];
}

export const MOST_FILES = 10;
export const MOST_FILE_BYTES = 5_000_000;
const MOST_BYTES = 20_000_000;
const WITHIN_MS = 30_000;
const DISCORD_HOSTS = ["cdn.discordapp.com", "media.discordapp.net"];

/**
 * Downloads what came with a message, without any token: Discord signs the addresses. Only from Discord's own hosts
 * (or those given, for tests), never over a redirect, and never more than the limits. Never rejects.
 */
export async function fetchFiles(given: readonly unknown[], hosts?: readonly string[]): Promise<FetchedFiles> {
  const files: IncomingFile[] = [];
  const left: { name: string; why: WhyLeft }[] = [];
  const within = AbortSignal.timeout(WITHIN_MS);
  let room = MOST_BYTES;
  for (const [place, value] of given.entries()) {
    const file = Attachment.safeParse(value).data ?? Attachment.parse({});
    const name = plainLine(file.filename, 120) || "file";
    const most = Math.min(room, MOST_FILE_BYTES);
    const got = place >= MOST_FILES ? "too-many" : await fetchOne(file, most, hosts, within);
    if (typeof got === "string") {
      left.push({ name, why: got });
      continue;
    }
    room -= got.byteLength;
    files.push({ name, mediaType: mediaTypeOf(got, file.content_type ?? ""), content: got });
  }
  return { files, left };
}

async function fetchOne(
  { url, size }: z.infer<typeof Attachment>,
  most: number,
  hosts: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Uint8Array | WhyLeft> {
  if (size > most) return "too-large";
  if (!isAllowed(url, hosts)) return "not-allowed";
  try {
    const answer = await fetch(url, { redirect: "error", signal });
    if (!answer.ok) {
      await answer.body?.cancel();
      return "not-there";
    }
    return (await readAtMost(answer, most)) ?? "too-large";
  } catch {
    // Cut connections, time-outs and redirects: told to the sender, who may send it again.
    return "not-there";
  }
}

function isAllowed(address: string, hosts: readonly string[] | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return false;
  if (hosts) return hosts.includes(url.host) && (url.protocol === "https:" || url.protocol === "http:");
  return url.protocol === "https:" && DISCORD_HOSTS.includes(url.host);
}

/** `undefined` when it is longer than that: the rest is not read. */
async function readAtMost(answer: Response, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
