import { z } from "zod";
import { sha256 } from "../../../core/domain/canonical.ts";
import type { SayFile } from "../../../core/domain/card.ts";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK, type SlackThread } from "../slack-ids.ts";
import { findInThread } from "./read-back.ts";
import type { Answer } from "./slack-calls.ts";
import { isFeatureOff } from "./slack-failure.ts";
import type { TeamFeatures } from "./team-features.ts";
import type { ThreadCalls } from "./thread-calls.ts";

interface Deps {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly calls: ThreadCalls;
  readonly features: TeamFeatures;
  readonly count: (what: string) => void;
}

/** How far a file has come: uploaded under this id, or shared (or refused for good). */
const Note = z.discriminatedUnion("state", [
  z.object({ state: z.literal("uploaded"), id: z.string() }),
  z.object({ state: z.literal("done") }),
]);
const Upload = z.looseObject({ upload_url: z.url({ protocol: /^https?$/ }), file_id: z.string() });

const UPLOAD_MS = 60_000;
const MOST_BYTES = 20_000_000;

/**
 * Attaches files to a thread, each once for its `key`: how far one has come is noted, and after a doubtful failure
 * the thread is searched for it. A workspace that takes no files goes without, which the log says.
 * @throws PilotoError CHAT_UNREACHABLE when a later try may help
 */
export async function attachFiles(
  thread: SlackThread,
  key: string,
  files: readonly SayFile[],
  deps: Deps,
): Promise<void> {
  for (const file of files) {
    if (!(await deps.features.has(thread.team, "files"))) return;
    await attachFile(thread, `file:${sha256(`${key}\n${file.name}`).slice(0, 40)}`, file, deps);
  }
}

async function attachFile(thread: SlackThread, noteKey: string, file: SayFile, deps: Deps): Promise<void> {
  const { stores, clock } = deps;
  const put = (note: z.infer<typeof Note>) =>
    stores.atomically((tx) => tx.faceNotes.put(SLACK, noteKey, note, clock.nowMs()));
  const read = Note.safeParse(await stores.read((tx) => tx.faceNotes.get(SLACK, noteKey)));
  if (read.success && read.data.state === "done") return;
  if (read.success && read.data.state === "uploaded") {
    const { id } = read.data;
    const found = await findInThread(
      thread,
      ({ files: of }) => of?.some((one) => one.id === id) === true,
      deps.calls.readPage,
    );
    if (found.kind === "found") return put({ state: "done" });
    if (found.kind === "unreadable") throw unreachable("look for a file", found.code);
    await share(thread, id, file, deps);
    return put({ state: "done" });
  }
  const id = await upload(thread, file, deps);
  if (id === undefined) return put({ state: "done" });
  await put({ state: "uploaded", id });
  await share(thread, id, file, deps);
  await put({ state: "done" });
}

/** The file's id; `undefined` when this workspace takes no files. */
async function upload({ team }: SlackThread, file: SayFile, deps: Deps): Promise<string | undefined> {
  const bytes = Buffer.from(file.text === "" ? "\n" : file.text.toWellFormed()).subarray(0, MOST_BYTES);
  const asked = await deps.calls.other(
    team,
    "files.getUploadURLExternal",
    { filename: file.name, length: bytes.length },
    { isRepeatable: true },
  );
  if (asked.kind === "failed") return refused(team, asked, deps);
  const place = Upload.safeParse(asked.data);
  if (!place.success) throw unreachable("upload a file", "unreadable answer");
  await send(place.data.upload_url, bytes);
  return place.data.file_id;
}

/** Nothing is shared by an upload alone, so that any failure of it may be tried again from the start. */
async function send(url: string, bytes: Buffer): Promise<void> {
  const sent = await fetch(url, {
    method: "POST",
    body: new Uint8Array(bytes),
    headers: { "content-type": "application/octet-stream" },
    signal: AbortSignal.timeout(UPLOAD_MS),
    redirect: "error",
  }).catch((error: unknown) => {
    throw unreachable("upload a file", error instanceof Error ? error.message : "connection failed", error);
  });
  await sent.body?.cancel();
  if (!sent.ok) throw unreachable("upload a file", `HTTP ${sent.status}`);
}

async function share({ team, channel, root }: SlackThread, id: string, file: SayFile, deps: Deps): Promise<void> {
  const args = { files: [{ id, title: file.name }], channel_id: channel, thread_ts: root };
  const shared = await deps.calls.other(team, "files.completeUploadExternal", args);
  if (shared.kind === "ok") deps.count("files");
  else await refused(team, shared, deps);
}

/** Returns for what no later try will heal. */
async function refused(team: string, { failure }: Extract<Answer, { kind: "failed" }>, deps: Deps): Promise<undefined> {
  if (isFeatureOff(failure)) await deps.features.off(team, "files", failure.code);
  else if (failure.kind === "refused" || failure.kind === "chat-gone") {
    deps.logger.warn(
      { face: SLACK, team, code: failure.code },
      "Slack did not take a file; its message stands without it.",
    );
  } else throw unreachable("attach a file", failure.code);
}

export const unreachable = (wanted: string, found: string, cause?: unknown): PilotoError =>
  new PilotoError("CHAT_UNREACHABLE", `Slack did not let Piloto ${wanted}: ${found}. It is tried again.`, { cause });
