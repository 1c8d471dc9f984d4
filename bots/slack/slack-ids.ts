import type { AccountId, ChatId } from "../../core/domain/ids.ts";
import { accountOf } from "../shared/chat-face.ts";

export const SLACK = "slack";

/** A conversation: a thread of a channel (its root's `ts`), or of a direct message. */
export interface SlackThread {
  readonly team: string;
  readonly channel: string;
  readonly root: string;
}

/** `slack:<team>/<channel>/<root ts>`. The team is the one whose token reads the channel (`context_team_id`). */
export const chatIdOf = ({ team, channel, root }: SlackThread): ChatId =>
  `${SLACK}:${team}/${channel}/${root}` as ChatId;

const CHAT = /^slack:([A-Z0-9]{2,30})\/([A-Z0-9]{2,30})\/(\d{1,16}\.\d{1,10})$/;

/** `undefined` for a chat of another face, or one that no Slack made. */
export function threadOf(chatId: ChatId): SlackThread | undefined {
  const [, team, channel, root] = CHAT.exec(chatId) ?? [];
  return team && channel && root ? { team, channel, root } : undefined;
}

/** `slack:<team>/<user>`: user ids are unique within a team, and a guest of another team is somebody else. */
export const slackAccount = (team: string, user: string): AccountId => accountOf(SLACK, team, user);

/** `slack:<team>/<user group>`: ids of groups begin with S, those of users with U or W. */
export const slackGroup = (team: string, group: string): AccountId => accountOf(SLACK, team, group);

/** The user of an account of this face. */
export function userOf(account: AccountId): { team: string; user: string } | undefined {
  const [, team, user] = /^slack:([A-Z0-9]{2,30})\/([UW][A-Z0-9]{1,30})$/.exec(account) ?? [];
  return team && user ? { team, user } : undefined;
}
