import { z } from "zod";
import type { SlackBot } from "../install/slack-bots.ts";
import type { HearDeps } from "./hear-deps.ts";
import { belongsTo } from "./where-from.ts";

const Event = z.looseObject({
  event: z.looseObject({
    type: z.enum(["app_uninstalled", "tokens_revoked"]),
    tokens: z.looseObject({ bot: z.array(z.string()).nullish() }).nullish(),
  }),
});

/**
 * A workspace took Piloto off, or revoked its bot's token: what is stored of it is removed and used no more. Tokens of
 * people are revoked too, which Piloto has none of. Twice does no harm, and neither does an event that comes late, when
 * the workspace has installed Piloto again.
 */
export async function forgetWorkspace(body: unknown, { bots, state, logger }: HearDeps): Promise<void> {
  const { event } = Event.parse(body);
  if (event.type === "tokens_revoked" && (event.tokens?.bot ?? []).length === 0) return;
  const bot = await bots.find(belongsTo(body));
  if (!bot) return;
  if (await isStillTaken(bot)) {
    logger.info({ home: bot.home }, "Slack told of an end that is over: it takes Piloto's token.");
    return;
  }
  state.count("uninstalled");
  await bots.drop(bot.home, event.type === "app_uninstalled" ? "the app was taken off" : "its token was revoked");
}

async function isStillTaken({ client }: SlackBot): Promise<boolean> {
  try {
    return (await client.auth.test()).ok;
  } catch {
    // Whatever the failure is: what the event says is believed.
    return false;
  }
}
