import type { Actor } from "../../../core/domain/chat.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { slackAccount } from "../slack-ids.ts";
import type { Groups } from "./groups.ts";
import type { Names } from "./names.ts";

export interface Acting {
  readonly bot: SlackBot;
  /** The workspace that is looked through. */
  readonly team: string;
  readonly user: string;
  /** The workspace that the user belongs to, where that is another one (Slack Connect). */
  readonly userTeam?: string;
}

/** Who acts, as an account of their own workspace. Groups belong to a workspace: a guest of another is in none of it. */
export async function whoOf(
  { bot, team, user, userTeam = team }: Acting,
  { groups }: { groups: Groups },
): Promise<Actor> {
  const held = userTeam === team ? await groups.of(bot, team, user) : [];
  return { account: slackAccount(userTeam, user), ...(held.length > 0 ? { groups: held } : {}) };
}

/** With the name that people know: Slack is asked for it, which may take a moment. */
export async function actorOf(acting: Acting, deps: { names: Names; groups: Groups }): Promise<Actor> {
  const [name, who] = await Promise.all([deps.names.of(acting.bot.client, acting.user), whoOf(acting, deps)]);
  return { ...who, ...(name === undefined ? {} : { name }) };
}
