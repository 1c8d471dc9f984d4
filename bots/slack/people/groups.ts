import type { AccountId } from "../../../core/domain/ids.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import { rememberFor, type SlackBot } from "../install/slack-bots.ts";
import { slackGroup } from "../slack-ids.ts";

export interface Groups {
  /** The user groups of a workspace that this user is in now. None when Slack does not tell. Never rejects. */
  of(bot: SlackBot, team: string, user: string): Promise<readonly AccountId[]>;
}

type Members = ReadonlyMap<string, readonly AccountId[]>;

const NOBODY: Members = new Map();
/** A permission held by more groups than this is not looked for. */
const MOST_GROUPS = 200;

/**
 * Membership of user groups, believed for `forMs`: one call for all groups of a workspace. A failed look gives nobody
 * a group, as default deny wants it; without the scope (`usergroups:read`) it stays so, and the log says it once.
 */
export function openGroups(clock: Clock, forMs: number, logger: Logger): Groups {
  const complained = new Set<string>();
  const byBot = new WeakMap<SlackBot["client"], ReturnType<typeof rememberFor<Members>>>();

  async function look({ client, home }: SlackBot, team: string): Promise<Members> {
    try {
      const ofOrganisation = home === team ? {} : { team_id: team };
      const { usergroups = [] } = await client.usergroups.list({ include_users: true, ...ofOrganisation });
      return membersOf(team, usergroups);
    } catch (error) {
      const { code, why } = explainFailure(error);
      if (!complained.has(`${home} ${code}`))
        logger.warn({ home, code }, `User groups are not known, so nobody holds a permission by one. ${why}`);
      complained.add(`${home} ${code}`);
      return NOBODY;
    }
  }

  return {
    async of(bot, team, user) {
      const known = byBot.get(bot.client) ?? rememberFor(forMs, clock, (of) => look(bot, of));
      byBot.set(bot.client, known);
      return (await known.get(team)).get(user) ?? [];
    },
  };
}

interface UserGroup {
  readonly id?: string;
  readonly users?: readonly string[];
  readonly date_delete?: number;
}

function membersOf(team: string, usergroups: readonly UserGroup[]): Members {
  const members = new Map<string, AccountId[]>();
  for (const { id, users = [], date_delete: deleted } of usergroups.slice(0, MOST_GROUPS)) {
    if (!id || deleted) continue;
    for (const user of users) members.set(user, [...(members.get(user) ?? []), slackGroup(team, id)]);
  }
  return members;
}
