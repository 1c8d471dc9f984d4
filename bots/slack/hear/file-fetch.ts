import { z } from "zod";
import type { IncomingFile } from "../../../core/domain/chat.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { mediaTypeOf } from "../../shared/media-type.ts";
import type { SlackBot } from "../install/slack-bots.ts";

const File = z.looseObject({
  id: z.string().optional(),
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().optional(),
  size: z.number().optional(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
  file_access: z.string().optional(),
});
type File = z.infer<typeof File>;

export type WhyLeft = "too-large" | "too-many" | "not-allowed" | "not-there";

/** What came of the files of a message. */
export interface FetchedFiles {
  readonly files: readonly IncomingFile[];
  /** Those that are left out, and why: for the sender. */
  readonly left: readonly { readonly name: string; readonly why: WhyLeft }[];
}

export interface FileFetchDeps {
  readonly bot: SlackBot;
  /** Hosts beside Slack's own: for tests. */
  readonly hosts?: readonly string[];
}

export const MOST_FILES = 10;
export const MOST_FILE_BYTES = 5_000_000;
const MOST_BYTES = 20_000_000;
/** For all files of a message together. */
const WITHIN_MS = 30_000;
const MOST_REDIRECTS = 3;

/**
 * Downloads the files of a message, one after the other, with the bot's token. Redirects are followed by hand and only
 * to hosts of Slack's: the token must not leave them. Without the scope, Slack answers 200 with the HTML of its login
 * page (https://github.com/slackapi/bolt-js/issues/2585): that is no file. Never rejects.
 */
export async function fetchFiles(given: readonly unknown[], deps: FileFetchDeps): Promise<FetchedFiles> {
  const files: IncomingFile[] = [];
  const left: { name: string; why: WhyLeft }[] = [];
  const within = AbortSignal.timeout(WITHIN_MS);
  let room = MOST_BYTES;
  for (const [index, value] of given.entries()) {
    const file = File.safeParse(value).data ?? {};
    const name = plainLine(file.name || file.title || file.id || "file", 120) || "file";
    const got =
      index >= MOST_FILES ? "too-many" : await fetchOne(file, Math.min(room, MOST_FILE_BYTES), { ...deps, within });
    if (typeof got === "string") {
      left.push({ name, why: got });
      continue;
    }
    room -= got.content.byteLength;
    files.push({ name, mediaType: got.mediaType, content: got.content });
  }
  return { files, left };
}

type One = Omit<IncomingFile, "name">;
type Fetching = FileFetchDeps & { readonly within: AbortSignal };

async function fetchOne(file: File, most: number, deps: Fetching): Promise<One | WhyLeft> {
  const {
    url_private_download: download,
    url_private: whole,
    size = 0,
    mimetype: declared = "",
  } = await known(file, deps);
  const url = download ?? whole;
  if (size > most) return "too-large";
  if (url === undefined || !isAllowed(url, deps)) return "not-allowed";
  try {
    const answer = await follow(url, deps);
    if (answer.status === 401 || answer.status === 403) return discarded(answer, "not-allowed");
    if (!answer.ok) return discarded(answer, "not-there");
    const isPage = /^text\/html/i.test(answer.headers.get("content-type") ?? "");
    if (isPage && !/html/i.test(declared)) return discarded(answer, "not-allowed");
    const content = await readAtMost(answer, most);
    return content ? { content, mediaType: mediaTypeOf(content, declared) } : "too-large";
  } catch (error) {
    // Cut connections, time-outs and redirects to elsewhere: told to the sender, who may send it again.
    return error instanceof ForeignRedirect ? "not-allowed" : "not-there";
  }
}

/** Of a file of another workspace (Slack Connect) the event tells only its id. */
async function known(file: File, { bot }: FileFetchDeps): Promise<File> {
  if (file.file_access !== "check_file_info" || !file.id) return file;
  try {
    return File.parse((await bot.client.files.info({ file: file.id })).file);
  } catch {
    // Then it has no address either, and its sender is told that it was left out.
    return file;
  }
}

class ForeignRedirect extends Error {}

async function follow(start: string, deps: Fetching): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const headers = { Authorization: `Bearer ${deps.bot.token}` };
    const answer = await fetch(url, { redirect: "manual", headers, signal: deps.within });
    const to = answer.status >= 300 && answer.status < 400 ? answer.headers.get("location") : undefined;
    if (!to) return answer;
    await answer.body?.cancel();
    url = new URL(to, url).href;
    if (!isAllowed(url, deps)) throw new ForeignRedirect("A file lies elsewhere.");
  }
  throw new ForeignRedirect("A file is redirected without end.");
}

const OF_SLACK = /^(?:[a-z0-9-]+\.)*(?:slack\.com|slack-files\.com|slack-edge\.com)$/;

function isAllowed(address: string, { hosts = [] }: FileFetchDeps): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return false;
  if (hosts.includes(url.host)) return url.protocol === "https:" || url.protocol === "http:";
  return url.protocol === "https:" && url.port === "" && OF_SLACK.test(url.hostname);
}

/** `undefined` when it is longer than that: the rest is not read. */
async function readAtMost(answer: Response, most: number): Promise<Uint8Array | undefined> {
  if (Number(answer.headers.get("content-length") ?? 0) > most) return discarded(answer, undefined);
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

async function discarded<T>(answer: Response, result: T): Promise<T> {
  await answer.body?.cancel();
  return result;
}
