import { asText, type Json } from "./json.ts";
import { SlackNo } from "./slack-no.ts";
import type { SlackTeam, World } from "./world.ts";

/** A modal that is open at somebody's screen, or somebody's Home tab. */
export interface OpenView {
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly rootId: string;
  readonly previousId?: string;
  externalId?: string;
  hash: string;
  /** As the app sent it. */
  view: Json;
  /** What the app refused at the latest submission, by block_id. */
  errors?: Record<string, string>;
}

export interface OpenViews {
  /** A fresh trigger for this person: good for 3 s, once. */
  newTrigger(team: string, user: string): string;
  /** Opens a modal for the trigger's person, on top of a stack with `push`. */
  open(team: SlackTeam, triggerId: unknown, view: Json, push: boolean): OpenView;
  /** Puts this in place of what the view shows. `conflict` by hash is refused. */
  update(team: SlackTeam, by: { viewId?: string; externalId?: string; hash?: string }, view: Json): OpenView;
  publishHome(team: SlackTeam, user: string, view: Json, hash?: string): OpenView;
  get(viewId: string): OpenView | undefined;
  /** The modal that this person looks at. */
  topOf(user: string): OpenView | undefined;
  homeOf(user: string): OpenView | undefined;
  /** `all` takes the whole stack away. */
  close(viewId: string, all?: boolean): void;
  push(below: OpenView, view: Json): OpenView;
}

const TRIGGER_MS = 3000;
const MOST_STACKED = 3;
const KEEP_TRIGGERS = 5000;

export function openViews(world: World): OpenViews {
  const triggers = new Map<string, { team: string; user: string; untilMs: number; used: boolean }>();
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();

  function useTrigger(team: SlackTeam, triggerId: unknown): string {
    const trigger = triggers.get(asText(triggerId) ?? "");
    if (!trigger || trigger.team !== team.id) throw new SlackNo("invalid_trigger_id");
    if (trigger.used) throw new SlackNo("exchanged_trigger_id");
    if (world.nowMs() > trigger.untilMs) throw new SlackNo("expired_trigger_id");
    trigger.used = true;
    return trigger.user;
  }

  function make(team: string, user: string, view: Json, previous?: OpenView): OpenView {
    const id = world.nextId("V");
    return {
      id,
      team,
      user,
      rootId: previous?.rootId ?? id,
      ...(previous ? { previousId: previous.id } : {}),
      ...(asText(view.external_id) ? { externalId: asText(view.external_id)! } : {}),
      hash: world.nextId("hash."),
      view,
    };
  }

  function put(view: OpenView): OpenView {
    const stack = view.previousId ? (stacks.get(view.user) ?? []) : [];
    if (stack.length >= MOST_STACKED) throw new SlackNo("push_limit_reached");
    stacks.set(view.user, [...stack, view]);
    return view;
  }

  function all(): OpenView[] {
    return [...[...stacks.values()].flat(), ...homes.values()];
  }

  return {
    newTrigger(team, user) {
      const id = `${world.nextId("trigger.")}.${team}`;
      triggers.set(id, { team, user, untilMs: world.nowMs() + TRIGGER_MS, used: false });
      if (triggers.size > KEEP_TRIGGERS) triggers.delete(triggers.keys().next().value as string);
      return id;
    },
    open(team, triggerId, view, push) {
      const user = useTrigger(team, triggerId);
      const below = push ? (stacks.get(user) ?? []).at(-1) : undefined;
      if (push && !below) throw new SlackNo("not_found");
      return put(make(team.id, user, view, below));
    },
    update(team, { viewId, externalId, hash }, view) {
      const found = all().find(
        (v) => v.team === team.id && (v.id === viewId || (externalId && v.externalId === externalId)),
      );
      if (!found) throw new SlackNo("not_found");
      if (hash !== undefined && hash !== found.hash) throw new SlackNo("hash_conflict");
      found.view = view;
      found.hash = world.nextId("hash.");
      return found;
    },
    publishHome(team, user, view, hash) {
      const known = homes.get(user);
      if (known && hash !== undefined && hash !== known.hash) throw new SlackNo("hash_conflict");
      const home = known ?? make(team.id, user, view);
      home.view = view;
      home.hash = world.nextId("hash.");
      homes.set(user, home);
      return home;
    },
    get: (viewId) => all().find((v) => v.id === viewId),
    topOf: (user) => stacks.get(user)?.at(-1),
    homeOf: (user) => homes.get(user),
    close(viewId, whole) {
      for (const [user, stack] of stacks) {
        const at = stack.findIndex((v) => v.id === viewId);
        if (at < 0) continue;
        const left = whole ? [] : stack.slice(0, at);
        if (left.length) stacks.set(user, left);
        else stacks.delete(user);
      }
    },
    push: (below, view) => put(make(below.team, below.user, view, below)),
  };
}

/** A view as methods answer with it and as interactions carry it. */
export function wireView(world: World, open: OpenView, botId: string, state: Json = { values: {} }): Json {
  return {
    private_metadata: "",
    callback_id: "",
    clear_on_close: false,
    notify_on_close: false,
    close: null,
    submit: null,
    ...open.view,
    id: open.id,
    team_id: open.team,
    app_id: world.appId,
    bot_id: botId,
    app_installed_team_id: open.team,
    root_view_id: open.rootId,
    previous_view_id: open.previousId ?? null,
    external_id: open.externalId ?? "",
    hash: open.hash,
    state,
  };
}
