import type { AccountId } from "../../../core/domain/ids.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { slackGroup } from "../slack-ids.ts";

export interface Groups {
  /** The user groups of a workspace that this user is in now. None when Slack does not tell. Never rejects. */
  of(bot: SlackBot, team: string, user: string): Promise<readonly AccountId[]>;
}

type Members = ReadonlyMap<string, readonly AccountId[]>;

const NOBODY: Members = new Map();
/** A permission held by more groups than this is not looked for. */
const MOST_GROUPS = 200;

/** How old a membership may be when Slack does not tell the present one. */
const MOST_STALE_MS = 60_000;
/** Not asked again before that when only a person can mend it: a scope is missing. */
const NEEDS_PERSON_MS = 60_000;

interface Known {
  readonly asked: Promise<Members>;
  untilMs: number;
}

/** What one workspace said last, for when it does not answer. */
type Last = { readonly members: Members; readonly atMs: number };

/**
 * Membership of user groups, as it is at the click: one call for all groups of a workspace, believed for `forMs`. When
 * Slack does not answer, what it said within the last minute counts, and after that nobody holds a group, as default
 * deny wants it; without the scope (`usergroups:read`) it stays so, and the log says it once.
 */
export function openGroups(clock: Clock, forMs: number, logger: Logger): Groups {
  const complained = new Set<string>();
  const byBot = new WeakMap<SlackBot["client"], { known: Map<string, Known>; last: Map<string, Last> }>();

  function of(bot: SlackBot, team: string): Promise<Members> {
    const { known, last } = byBot.get(bot.client) ?? { known: new Map(), last: new Map() };
    byBot.set(bot.client, { known, last });
    const before = known.get(team);
    if (before && before.untilMs > clock.nowMs()) return before.asked;
    const asked = look(bot, team).then(
      (members) => {
        last.set(team, { members, atMs: clock.nowMs() });
        return members;
      },
      (error: unknown) => {
        if (complain(bot, error)) now.untilMs = clock.nowMs() + NEEDS_PERSON_MS;
        const { members, atMs } = last.get(team) ?? { members: NOBODY, atMs: 0 };
        return clock.nowMs() - atMs < MOST_STALE_MS ? members : NOBODY;
      },
    );
    const now: Known = { asked, untilMs: clock.nowMs() + forMs };
    known.set(team, now);
    return asked;
  }

  /** Whether only a person can mend it. */
  function complain({ home }: SlackBot, error: unknown): boolean {
    const { code, why, needsPerson } = explainFailure(error);
    if (!complained.has(`${home} ${code}`))
      logger.warn({ home, code }, `User groups are not known, so nobody holds a permission by one. ${why}`);
    complained.add(`${home} ${code}`);
    return needsPerson;
  }

  return {
    async of(bot, team, user) {
      return (await of(bot, team)).get(user) ?? [];
    },
  };
}

async function look({ client, home }: SlackBot, team: string): Promise<Members> {
  const ofOrganisation = home === team ? {} : { team_id: team };
  const { usergroups = [] } = await client.usergroups.list({ include_users: true, ...ofOrganisation });
  return membersOf(team, usergroups);
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
