import { type Call, isInside, type Method, needScope } from "../call.ts";
import { wire } from "../event-out.ts";
import { asCount, asText, type Json } from "../json.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import { keep } from "../world.ts";
import { asBot, shownOf, threadArg } from "./chat.ts";
import { listArg } from "./content.ts";

/** Files in three steps. Source: https://docs.slack.dev/messaging/working-with-files (2026-11-21). */
export const fileMethods: Record<string, Method> = {
  "files.getUploadURLExternal": expectUpload,
  "files.completeUploadExternal": complete,
  "files.info": info,
};

function expectUpload(call: Call): Json {
  needScope(call, "files:write");
  const length = asCount(call.args.length, 0);
  if (length < 1) throw slackNoBecause("invalid_arguments", ["length must be at least 1"]);
  const name = asText(call.args.filename) ?? "file";
  const { file, uploadUrl } = call.files.expect(call.team.id, call.bot.botUserId, name, length);
  return { upload_url: uploadUrl, file_id: file.id };
}

/** Shares the uploaded files as one message of the app; without a channel they stay private. */
function complete(call: Call): Json {
  needScope(call, "files:write");
  const wanted = listArg(call.args.files, "invalid_arguments") ?? [];
  const files = wanted.map(({ id, title }) => {
    const file = call.files.files.get(asText(id) ?? "");
    if (!file || file.team !== call.team.id || file.done) throw new SlackNo("file_not_found");
    if (file.bytes.length !== file.length) throw new SlackNo("file_upload_size_mismatch");
    file.title = asText(title) ?? file.name;
    return file;
  });
  const channelId = asText(call.args.channel_id);
  if (channelId) {
    const channel = call.team.channels.get(channelId);
    if (!channel) throw new SlackNo("channel_not_found");
    if (!isInside(call, channel)) throw new SlackNo("not_in_channel");
    if (channel.archived) throw new SlackNo("is_archived");
    const thread = threadArg(call, channel);
    const message = keep(call.world, {
      ...asBot(call, channel),
      text: asText(call.args.initial_comment) ?? "",
      files: files.map((file) => call.files.wire(file)),
      ...(thread ? { thread_ts: thread } : {}),
    });
    call.book.show({ how: "file", channel: channel.id, ts: message.ts, atMs: call.world.nowMs(), ...shownOf(message) });
    call.events.message(call.team, channel, { subtype: "file_share", ...wire(message) });
  }
  for (const file of files) file.done = true;
  return { files: files.map((file) => call.files.wire(file)) };
}

function info(call: Call): Json {
  needScope(call, "files:read");
  const file = call.files.files.get(asText(call.args.file) ?? "");
  if (!file || file.team !== call.team.id) throw new SlackNo("file_not_found");
  return { file: call.files.wire(file), comments: [] };
}
