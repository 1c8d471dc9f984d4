import { flattened, TYPE } from "./component-rules.ts";
import { may } from "./permissions.ts";
import type { Channel, Component, World } from "./world.ts";

export interface AllowedMentions {
  readonly parse?: readonly (string | null)[] | null;
  readonly users?: readonly (string | null)[] | null;
  readonly roles?: readonly (string | null)[] | null;
  readonly replied_user?: boolean | null;
}

export interface Mentioned {
  readonly users: string[];
  readonly roles: string[];
  readonly everyone: boolean;
}

export interface Spoken {
  readonly content: string;
  readonly components: readonly Component[];
  readonly allowed: AllowedMentions | null | undefined;
  readonly authorId: string;
  /** The author of the message that is answered. */
  readonly repliedTo?: string;
  /** Answers to interactions mention only people unless told otherwise; ordinary messages mention everybody. */
  readonly isInteraction?: boolean;
}

/**
 * Whom a message mentions once `allowed_mentions` is applied; without it Discord's defaults apply, also for edits and
 * inside text displays. Existing people and roles only. Stricter than Discord in one
 * thing: code does not protect from mentions here.
 */
export function mentionedBy(world: World, channel: Channel, spoken: Spoken): Mentioned {
  const text = `${spoken.content}\n${textOf(spoken.components)}`;
  const parse = spoken.allowed ? (spoken.allowed.parse ?? []) : defaults(spoken);
  const guild = world.guilds.get(channel.guildId ?? "");
  const users = idsIn(text, /<@!?(\d{17,20})>/g).filter(
    (id) => world.users.has(id) && (parse.includes("users") || spoken.allowed?.users?.includes(id)),
  );
  const roles = idsIn(text, /<@&(\d{17,20})>/g).filter(
    (id) => guild?.roles.has(id) && (parse.includes("roles") || spoken.allowed?.roles?.includes(id)),
  );
  const pingsReplied = spoken.repliedTo !== undefined && (spoken.allowed ? spoken.allowed.replied_user === true : true);
  const everyone =
    /@everyone|@here/.test(text) &&
    parse.includes("everyone") &&
    may(world, channel, spoken.authorId, "MENTION_EVERYONE");
  return { users: [...new Set(pingsReplied ? [...users, spoken.repliedTo!] : users)], roles, everyone };
}

const defaults = (spoken: Spoken) => (spoken.isInteraction ? ["users"] : ["users", "roles", "everyone"]);

export function textOf(components: readonly Component[]): string {
  return flattened(components)
    .filter(({ component }) => component.type === TYPE.textDisplay)
    .map(({ component }) => component.content ?? "")
    .join("\n");
}

const idsIn = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))];
