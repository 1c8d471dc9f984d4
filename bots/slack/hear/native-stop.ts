import { z } from "zod";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf } from "../people/actors.ts";
import { chatIdOf } from "../slack-ids.ts";
import { ageOf } from "./age-of.ts";
import { type HearDeps, languageOf } from "./hear-deps.ts";
import { tellPrivately } from "./tell-privately.ts";

const Stopped = z.looseObject({
  channel: z.string(),
  user: z.string(),
  thread_ts: z.string(),
  event_ts: z.string().optional(),
});

/**
 * Slack's own Stop button, which it shows while a session is `processing`: ends what is being thought about, asks the
 * run to stop, and takes the session out of `processing`, which Slack leaves to the app.
 * Source: https://docs.slack.dev/reference/events/agent_session_stopped (2026-11-21).
 */
export async function hearNativeStop(
  event: unknown,
  where: { team: string; bot: SlackBot },
  deps: HearDeps,
): Promise<void> {
  const { channel, user, thread_ts: root, event_ts: ts } = Stopped.parse(event);
  const { team, bot } = where;
  const late = ts === undefined ? undefined : ageOf(ts, {}, deps);
  if (late) return deps.state.count(late);
  deps.state.count("nativeStops");
  const chatId = chatIdOf({ team, channel, root });
  const { reply } = await deps.core.stopChat({ chatId, ...(await actorOf({ bot, team, user }, deps)) });
  await tellPrivately({ bot, channel, user, thread: root }, reply, await languageOf(chatId, deps), deps);
  try {
    await bot.client.agents.sessions.setStatus({ channel_id: channel, thread_ts: root, status: "active" });
  } catch (error) {
    const { code, why } = explainFailure(error);
    deps.logger.info({ code }, `The session of a thread still shows that Piloto works. ${why}`);
  }
}
