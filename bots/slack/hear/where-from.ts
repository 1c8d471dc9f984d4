import { z } from "zod";

/** The workspace through which something reached the app, and its organisation. */
export interface Belongs {
  readonly team?: string;
  readonly enterprise?: string;
}

const Id = z.string().min(2).max(30).nullish();
const Ref = z.looseObject({ id: Id }).nullish();

const Body = z.looseObject({
  team_id: Id,
  enterprise_id: Id,
  context_team_id: Id,
  context_enterprise_id: Id,
  team: Ref,
  enterprise: Ref,
  user: z.union([z.looseObject({ team_id: Id }), z.string()]).nullish(),
  view: z.looseObject({ app_installed_team_id: Id }).nullish(),
  authorizations: z.array(z.looseObject({ team_id: Id, enterprise_id: Id })).nullish(),
});

/**
 * In channels that are shared between workspaces, and in organisations, `team_id` may be that of the sender:
 * `context_team_id` is the workspace whose installation sees the event.
 * Source: https://docs.slack.dev/apis/events-api (2026-11-21). Never throws.
 */
export function belongsTo(body: unknown): Belongs {
  const read = Body.safeParse(body);
  if (!read.success) return {};
  const { team_id, context_team_id, team, user, view, authorizations, ...rest } = read.data;
  const [authorized] = authorizations ?? [];
  const ofUser = typeof user === "object" ? user?.team_id : undefined;
  const found = context_team_id ?? authorized?.team_id ?? team_id ?? view?.app_installed_team_id ?? team?.id ?? ofUser;
  const over = rest.context_enterprise_id ?? authorized?.enterprise_id ?? rest.enterprise_id ?? rest.enterprise?.id;
  return { ...(found ? { team: found } : {}), ...(over ? { enterprise: over } : {}) };
}
