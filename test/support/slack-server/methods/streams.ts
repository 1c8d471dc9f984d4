import { type Call, type Method, needScope } from "../call.ts";
import { problemsIn } from "../check-blocks.ts";
import { wire } from "../event-out.ts";
import { asList, asText, isJson, type Json } from "../json.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import { type ChatStream, keep, type SlackChannel, type SlackMessage } from "../world.ts";
import { setSession } from "./agents.ts";
import { asBot, ownMessage, shownOf, threadArg, writableChannel } from "./chat.ts";
import { listArg, objectArg, refuseWhatIsOff, withBlockIds } from "./content.ts";

/** Slack closes a stream that nobody appended to for this long (facts: field reports of about five minutes). */
export const STREAM_IDLE_MS = 5 * 60_000;
const TASK_STATES = ["pending", "in_progress", "complete", "error"];

/** Chat streams. Source: https://docs.slack.dev/reference/methods/chat.startStream (2026-11-21). */
export const streamMethods: Record<string, Method> = {
  "chat.startStream": start,
  "chat.appendStream": append,
  "chat.stopStream": stop,
};

function needStreams(call: Call): void {
  needScope(call, "chat:write");
  const { streams } = call.team.features;
  if (streams !== true) throw new SlackNo(streams, { req_method: call.method });
}

function start(call: Call): Json {
  needStreams(call);
  const channel = writableChannel(call);
  if (channel.kind !== "im") {
    if (!asText(call.args.recipient_user_id)) throw new SlackNo("missing_recipient_user_id");
    if (!asText(call.args.recipient_team_id)) throw new SlackNo("missing_recipient_team_id");
  }
  const display = asText(call.args.task_display_mode) ?? "timeline";
  if (!["timeline", "plan"].includes(display)) throw slackNoBecause("invalid_arguments", ["task_display_mode"]);
  const thread = threadArg(call, channel);
  const message = keep(call.world, {
    ...asBot(call, channel),
    ...(thread ? { thread_ts: thread } : {}),
    streaming: true,
  });
  const lastMs = call.world.nowMs();
  const stream: ChatStream = { message, lastMs, markdown: "", tasks: new Map(), blocks: [], display };
  call.world.streams.set(message.ts, stream);
  take(call, stream);
  if (thread) setSession(call, channel.id, thread, "processing");
  call.events.message(call.team, channel, wire(message));
  return { channel: channel.id, ts: message.ts };
}

/** The stream of this ts while it still takes anything; closes it when it was idle for too long. */
function live(call: Call): { stream: ChatStream; channel: SlackChannel } {
  const { channel, message } = ownMessage(call, call.args.ts);
  const stream = call.world.streams.get(message.ts);
  if (!stream || !message.streaming) throw new SlackNo("message_not_in_streaming_state");
  if (call.world.nowMs() - stream.lastMs > STREAM_IDLE_MS) {
    close(call, stream);
    throw new SlackNo("message_not_in_streaming_state");
  }
  return { stream, channel };
}

function close(call: Pick<Call, "world">, stream: ChatStream): void {
  stream.message.streaming = false;
  call.world.streams.delete(stream.message.ts);
}

function append(call: Call): Json {
  needStreams(call);
  const { stream, channel } = live(call);
  if (!asText(call.args.markdown_text) && call.args.chunks === undefined) throw new SlackNo("no_text");
  take(call, stream);
  return { channel: channel.id, ts: stream.message.ts };
}

function stop(call: Call): Json {
  needStreams(call);
  const { stream, channel } = live(call);
  take(call, stream);
  const blocks = listArg(call.args.blocks, "invalid_blocks_format") ?? [];
  judge(call, { blocks });
  stream.message.blocks = [...drawn(stream), ...withBlockIds(blocks)];
  const metadata = objectArg(call.args.metadata, "invalid_metadata_format");
  if (metadata) stream.message.metadata = metadata as unknown as NonNullable<SlackMessage["metadata"]>;
  close(call, stream);
  const { message } = stream;
  call.book.show({ how: "edit", channel: channel.id, ts: message.ts, atMs: call.world.nowMs(), ...shownOf(message) });
  if (message.thread_ts) setSession(call, channel.id, message.thread_ts, asText(call.args.session_status) ?? "active");
  return { channel: channel.id, ts: message.ts, message: wire(message) };
}

function judge(call: Call, payload: Json): void {
  refuseWhatIsOff(asList(payload.blocks), call.team.features);
  const problems = problemsIn(payload, "message");
  if (!problems.length) return;
  for (const problem of problems) call.book.violation(call.method, problem);
  throw slackNoBecause("invalid_blocks", problems);
}

/** Takes the text and the chunks of one call into the message. */
function take(call: Call, stream: ChatStream): void {
  const { args } = call;
  const text = asText(args.markdown_text);
  if (text && text.length > 12_000) throw new SlackNo("msg_too_long");
  if (text) stream.markdown += text;
  for (const chunk of listArg(args.chunks, "invalid_chunks") ?? []) takeChunk(call, stream, chunk);
  stream.lastMs = call.world.nowMs();
  const { message } = stream;
  message.text = stream.markdown;
  message.blocks = drawn(stream);
  call.book.show({ how: "stream", channel: message.channel, ts: message.ts, atMs: stream.lastMs, ...shownOf(message) });
}

function takeChunk(call: Call, stream: ChatStream, chunk: Json): void {
  const problems = chunkProblems(chunk);
  if (problems.length) {
    for (const problem of problems) call.book.violation(call.method, problem);
    throw slackNoBecause("invalid_chunks", problems);
  }
  if (chunk.type === "markdown_text") stream.markdown += String(chunk.text);
  if (chunk.type === "plan_update") stream.planTitle = String(chunk.title);
  if (chunk.type === "task_update")
    stream.tasks.set(String(chunk.id), { ...stream.tasks.get(String(chunk.id)), ...chunk });
  if (chunk.type !== "blocks") return;
  judge(call, { blocks: chunk.blocks });
  stream.blocks.push(...withBlockIds(chunk.blocks as Json[]));
  if (stream.blocks.length > 50) throw slackNoBecause("invalid_blocks", ["no more than 50 blocks in chunks"]);
}

function chunkProblems(chunk: Json): string[] {
  const tooLong = (name: string) => {
    const value = asText(chunk[name]);
    return value !== undefined && value.length > 256 ? [`${name} of a chunk is longer than 256 characters`] : [];
  };
  switch (chunk.type) {
    case "markdown_text":
      return asText(chunk.text) === undefined ? ["a markdown_text chunk needs text"] : [];
    case "plan_update":
      return asText(chunk.title) ? tooLong("title") : ["a plan_update chunk needs a title"];
    case "task_update":
      return [
        ...(asText(chunk.id) && asText(chunk.title) ? [] : ["a task_update chunk needs id and title"]),
        ...(TASK_STATES.includes(String(chunk.status)) ? [] : [`task status ${String(chunk.status)}`]),
        ...["title", "details", "output"].flatMap(tooLong),
      ];
    case "blocks":
      return Array.isArray(chunk.blocks) ? [] : ["a blocks chunk needs blocks"];
    default:
      return [`unknown chunk type ${String(chunk.type)}`];
  }
}

function drawn(stream: ChatStream): Json[] {
  const tasks = [...stream.tasks.values()].map((task) => taskCard(task));
  const plan = { type: "plan", block_id: "stream-plan", title: stream.planTitle ?? "Working", tasks };
  const cards =
    stream.display === "plan" ? [plan] : tasks.map((task, i) => ({ ...task, block_id: `stream-task-${i}` }));
  const text = stream.markdown ? [{ type: "markdown", block_id: "stream-text", text: stream.markdown }] : [];
  return [...(tasks.length ? cards : []), ...text, ...stream.blocks];
}

function taskCard({ id, title, status, details, output, sources }: Json): Json {
  const rich = (text: unknown) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  });
  return {
    type: "task_card",
    task_id: id,
    title,
    status,
    ...(details ? { details: rich(details) } : {}),
    ...(output ? { output: rich(output) } : {}),
    ...(isJson(sources) || Array.isArray(sources) ? { sources } : {}),
  };
}
