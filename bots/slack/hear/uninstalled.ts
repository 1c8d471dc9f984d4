import { z } from "zod";
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
 * people are revoked too, which Piloto has none of. Twice does no harm.
 */
export async function forgetWorkspace(body: unknown, { bots, state }: HearDeps): Promise<void> {
  const { event } = Event.parse(body);
  if (event.type === "tokens_revoked" && (event.tokens?.bot ?? []).length === 0) return;
  const bot = await bots.find(belongsTo(body));
  if (!bot) return;
  state.count("uninstalled");
  await bots.drop(bot.home, event.type === "app_uninstalled" ? "the app was taken off" : "its token was revoked");
}
