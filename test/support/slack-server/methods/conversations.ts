import { type Call, channelArg, isInside, type Method, needChannelScope, needScope } from "../call.ts";
import { wire } from "../event-out.ts";
import { asCount, asFlag, asText, type Json } from "../json.ts";
import { directChannel } from "../settle-team.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import { type SlackChannel, type SlackMessage, threadOf } from "../world.ts";

/** Reading conversations. Source: https://docs.slack.dev/reference/methods/conversations.replies and its neighbours. */
export const conversationMethods: Record<string, Method> = {
  "conversations.replies": replies,
  "conversations.history": history,
  "conversations.info": (call) => {
    const channel = channelArg(call);
    needChannelScope(call, channel, "read");
    return { channel: wireChannel(call, channel) };
  },
  "conversations.open": open,
  "conversations.members": members,
  "conversations.list": (call) => listChannels(call, (channel) => channel.kind === "public" || isInside(call, channel)),
  "users.conversations": (call) => {
    const who = asText(call.args.user) ?? call.bot.botUserId;
    return listChannels(
      call,
      (channel) => channel.members.has(who) && (channel.kind === "public" || isInside(call, channel)),
    );
  },
};

function readable(call: Call): SlackChannel {
  const channel = channelArg(call);
  needChannelScope(call, channel, "history");
  if (!isInside(call, channel)) throw new SlackNo("not_in_channel");
  return channel;
}

/** Replies come oldest first, the root on every first page. */
function replies(call: Call): Json {
  const channel = readable(call);
  const ts = asText(call.args.ts) ?? "";
  const asked = channel.log.get(ts);
  const all = threadOf(channel, asked?.thread_ts ?? ts);
  if (!all.length) throw new SlackNo("thread_not_found");
  return page(
    call,
    all.filter((m) => within(call, m) || m.ts === all[0]!.ts).map((m) => shown(call, channel, m)),
    "messages",
  );
}

/** The channel's own messages, newest first; replies only when they were broadcast. */
function history(call: Call): Json {
  const channel = readable(call);
  const own = [...channel.log.values()].filter((m) => isTopLevel(m) && within(call, m)).reverse();
  return page(
    call,
    own.map((m) => shown(call, channel, m)),
    "messages",
  );
}

function isTopLevel(message: SlackMessage): boolean {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}

function within({ args }: Call, { ts }: SlackMessage): boolean {
  const oldest = asText(args.oldest);
  const latest = asText(args.latest);
  const inclusive = asFlag(args.inclusive);
  if (oldest && Number(oldest) > 0 && (inclusive ? ts < padded(oldest) : ts <= padded(oldest))) return false;
  return !(latest && Number(latest) > 0 && (inclusive ? ts > padded(latest) : ts >= padded(latest)));
}

/** `1700000000` and `1700000000.000000` are the same instant. */
function padded(ts: string): string {
  const [seconds, micros = ""] = ts.split(".");
  return `${seconds}.${micros.padEnd(6, "0")}`;
}

function shown({ args }: Call, channel: SlackChannel, message: SlackMessage): Json {
  const replyTs = channel.threads.get(message.ts) ?? [];
  const seen = wire(message, { metadata: asFlag(args.include_all_metadata) });
  if (!replyTs.length) return seen;
  const users = [...new Set(replyTs.map((ts) => channel.log.get(ts)?.user).filter(Boolean))];
  return {
    ...seen,
    thread_ts: message.ts,
    reply_count: replyTs.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: replyTs.at(-1),
  };
}

/** Cuts one page out of a list; the cursor is the place where the next one starts. */
export function page(call: Call, items: unknown[], name: string, most = 1000): Json {
  const limit = asCount(call.args.limit, 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw slackNoBecause("invalid_limit", [`limit: ${limit}`]);
  const from = call.args.cursor
    ? Number(Buffer.from(String(call.args.cursor), "base64").toString().replace("at:", ""))
    : 0;
  if (!Number.isInteger(from)) throw new SlackNo("invalid_cursor");
  const hasMore = from + limit < items.length;
  const next = hasMore ? Buffer.from(`at:${from + limit}`).toString("base64") : "";
  return {
    [name]: items.slice(from, from + limit),
    has_more: hasMore,
    response_metadata: { next_cursor: next },
  };
}

function open(call: Call): Json {
  needScope(call, "im:write");
  const channelId = asText(call.args.channel);
  if (channelId) return { channel: { id: channelArg(call).id } };
  const users = (asText(call.args.users) ?? "").split(",").filter(Boolean);
  if (!users.length) throw slackNoBecause("invalid_arguments", ["missing required field: users"]);
  if (users.some((id) => !call.team.users.has(id))) throw new SlackNo("user_not_found");
  if (users.length > 1) throw new SlackNo("not_enough_users");
  return { channel: { id: directChannel(call.team, users[0]!).id } };
}

function members(call: Call): Json {
  const channel = channelArg(call);
  needChannelScope(call, channel, "read");
  return page(call, [...channel.members], "members");
}

function listChannels(call: Call, isListed: (channel: SlackChannel) => boolean): Json {
  const types = (asText(call.args.types) ?? "public_channel").split(",");
  const name = { public: "public_channel", private: "private_channel", im: "im", mpim: "mpim" } as const;
  const wanted = [...call.team.channels.values()].filter(
    (channel) =>
      types.includes(name[channel.kind]) &&
      !(asFlag(call.args.exclude_archived) && channel.archived) &&
      isListed(channel),
  );
  for (const channel of wanted) needChannelScope(call, channel, "read");
  return page(
    call,
    wanted.map((channel) => wireChannel(call, channel)),
    "channels",
  );
}

function wireChannel(call: Call, channel: SlackChannel): Json {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_im: channel.kind === "im",
    is_mpim: channel.kind === "mpim",
    is_private: channel.kind !== "public",
    is_archived: channel.archived,
    is_member: isInside(call, channel),
    context_team_id: channel.teamId,
    ...(channel.kind === "im" ? { user: [...channel.members].find((m) => m !== call.bot.botUserId) } : {}),
  };
}
