import type { Book } from "./book.ts";
import { problemsIn } from "./check-blocks.ts";
import { asFlag, asText, isJson, type Json } from "./json.ts";
import { rememberEphemeral } from "./methods/chat.ts";
import { withBlockIds } from "./methods/content.ts";
import { channelOf, type EphemeralMessage, forget, keep, type SlackMessage, type World } from "./world.ts";

const MOST_USES = 5;
const GOOD_FOR_MS = 30 * 60_000;
const KEEP = 5000;

interface ResponseUrl {
  channel: string;
  user: string;
  thread?: string;
  /** The message whose button was pressed, for replace_original and delete_original. */
  original?: { ts: string; ephemeral: boolean };
  untilMs: number;
  uses: number;
}

/** Addresses that answer one interaction: five times within thirty minutes. */
export interface ResponseUrls {
  make(what: Pick<ResponseUrl, "channel" | "user" | "thread" | "original">): string;
  /** What a POST to one does; status 200 and "ok" or 404 and why not. */
  answer(id: string, body: unknown): { status: number; body: string };
}

export function responseUrls({ world, book }: { world: World; book: Book }): ResponseUrls {
  const urls = new Map<string, ResponseUrl>();

  function refuse(error: string, status = 404) {
    book.violation("response_url", error);
    return { status, body: JSON.stringify({ ok: false, error }) };
  }

  return {
    make(what) {
      const id = world.nextId("response-");
      urls.set(id, { ...what, untilMs: world.nowMs() + GOOD_FOR_MS, uses: 0 });
      if (urls.size > KEEP) urls.delete(urls.keys().next().value as string);
      return `${world.baseUrl}/actions/response/${id}`;
    },
    answer(id, body) {
      const url = urls.get(id);
      if (!url) return refuse("invalid_url");
      if (world.nowMs() > url.untilMs) return refuse("expired_url");
      if (url.uses >= MOST_USES) return refuse("used_url");
      if (!isJson(body)) return refuse("invalid_payload", 400);
      const problems = problemsIn({ text: body.text, blocks: body.blocks }, "message");
      for (const problem of problems) book.violation("response_url", problem);
      if (problems.length) return refuse("invalid_blocks", 400);
      url.uses++;
      act(world, book, url, body);
      return { status: 200, body: "ok" };
    },
  };
}

function act(world: World, book: Book, url: ResponseUrl, body: Json) {
  const original = url.original;
  const content = {
    text: asText(body.text) ?? "",
    ...(Array.isArray(body.blocks) ? { blocks: withBlockIds(body.blocks as Json[]) } : {}),
  };
  if (original && asFlag(body.delete_original)) return removeOriginal(world, book, url.channel, original);
  if (original && asFlag(body.replace_original)) return replaceOriginal(world, book, url.channel, original, content);
  const thread = asText(body.thread_ts) ?? url.thread;
  const inThread = thread ? { thread_ts: thread } : {};
  const team = channelOf(world, url.channel).teamId;
  if (body.response_type === "in_channel") {
    const bot = world.teams.get(team)?.installation;
    const base = { type: "message", team, channel: url.channel, ts: world.nextTs(), edits: 0 } as const;
    const message = keep(world, {
      ...base,
      ...content,
      ...inThread,
      ...(bot ? { bot_id: bot.botId, user: bot.botUserId } : {}),
    });
    return book.show({ how: "post", channel: url.channel, ts: message.ts, atMs: world.nowMs(), ...content });
  }
  const base = { team, channel: url.channel, ts: world.nextTs(), to: url.user, deleted: false, edits: 0 };
  rememberEphemeral({ world, book }, { ...base, ...content, ...inThread, by: "response-url" });
}

function removeOriginal(world: World, book: Book, channelId: string, original: NonNullable<ResponseUrl["original"]>) {
  const channel = channelOf(world, channelId);
  const found = findOriginal(world, channelId, original);
  if (found && "by" in found) found.deleted = true;
  else if (found) forget(channel, found);
  book.show({ how: "delete", channel: channelId, ts: original.ts, atMs: world.nowMs() });
}

function replaceOriginal(
  world: World,
  book: Book,
  channelId: string,
  original: NonNullable<ResponseUrl["original"]>,
  content: { text: string; blocks?: Json[] },
) {
  const found = findOriginal(world, channelId, original);
  if (!found) return;
  found.text = content.text;
  if (content.blocks) found.blocks = content.blocks;
  else delete found.blocks;
  found.edits++;
  book.show({ how: "edit", channel: channelId, ts: original.ts, atMs: world.nowMs(), ...content });
}

function findOriginal(
  world: World,
  channelId: string,
  original: NonNullable<ResponseUrl["original"]>,
): SlackMessage | EphemeralMessage | undefined {
  if (!original.ephemeral) return channelOf(world, channelId).log.get(original.ts);
  return world.ephemerals.find((e) => e.channel === channelId && e.ts === original.ts);
}
