import { type Call, channelArg, isInside, type Method, needScope } from "../call.ts";
import { asText, type Json } from "../json.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import type { AgentSession, World } from "../world.ts";

const STATUSES = ["processing", "active", "suspended", "closed"];
const KEEP_SESSIONS = 20_000;

/** Agent sessions. Source: https://docs.slack.dev/ai/agent-sessions (2026-11-21). */
export const agentMethods: Record<string, Method> = {
  "agents.sessions.setStatus": setStatus,
  "agents.sessions.rename": rename,
  "assistant.threads.setStatus": setThreadStatus,
};

export function sessionIn(world: World, channel: string, thread: string | undefined): AgentSession | undefined {
  return world.sessions.get(`${channel} ${thread ?? ""}`);
}

export function setSession(
  { world }: Pick<Call, "world">,
  channel: string,
  thread: string,
  status: string,
): AgentSession {
  const all = world.sessions;
  const key = `${channel} ${thread}`;
  const session = all.get(key) ?? { status };
  session.status = status;
  all.set(key, session);
  if (all.size > KEEP_SESSIONS) all.delete(all.keys().next().value as string);
  return session;
}

function place(call: Call): { channel: string; thread: string } {
  needScope(call, "assistant:write");
  const { sessions } = call.team.features;
  if (sessions !== true) throw new SlackNo(sessions, { req_method: call.method });
  const channel = channelArg(call, "channel_id");
  if (!isInside(call, channel)) throw new SlackNo("not_in_channel");
  const thread = asText(call.args.thread_ts);
  if (thread && !channel.log.has(thread)) throw new SlackNo("thread_not_found");
  return { channel: channel.id, thread: thread ?? "" };
}

function setStatus(call: Call): Json {
  const { channel, thread } = place(call);
  const status = asText(call.args.status) ?? "";
  if (!STATUSES.includes(status)) throw slackNoBecause("invalid_arguments", [`status: ${status}`]);
  const title = asText(call.args.title);
  if (title && title.length > 200) throw slackNoBecause("invalid_arguments", ["title is longer than 200 characters"]);
  const isNew = !sessionIn(call.world, channel, thread);
  const session = setSession(call, channel, thread, status);
  if (isNew && title) session.title = title;
  const lacks = status === "processing" && !call.bot.events.has("agent_session_stopped");
  const warning = "missing_agent_session_stopped_event_subscription";
  return lacks ? { warning, response_metadata: { warnings: [warning] } } : {};
}

function rename(call: Call): undefined {
  const { channel, thread } = place(call);
  const title = asText(call.args.title) ?? "";
  if (title.length < 1 || title.length > 200) throw slackNoBecause("invalid_arguments", ["title: 1 to 200 characters"]);
  const session = sessionIn(call.world, channel, thread);
  if (!session) throw new SlackNo("session_not_found");
  session.title = title;
}

function setThreadStatus(call: Call): undefined {
  const { channel, thread } = place(call);
  const note = asText(call.args.status) ?? "";
  const session = sessionIn(call.world, channel, thread) ?? setSession(call, channel, thread, "active");
  session.note = note;
}
