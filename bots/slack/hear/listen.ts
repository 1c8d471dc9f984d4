import type { App } from "@slack/bolt";
import { words } from "../../../core/words/words.ts";
import { withoutTokens } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { SHORTCUT_ID, SLASH_COMMAND } from "../setup/scopes.ts";
import { formNotice } from "./form-notice.ts";
import type { HearDeps } from "./hear-deps.ts";
import { hearMessage } from "./hear-message.ts";
import type { Homes } from "./homes.ts";
import { chatLanes } from "./lanes.ts";
import { hearNativeStop } from "./native-stop.ts";
import { hearPress, teamOfRun } from "./press.ts";
import { hearShortcut } from "./shortcut.ts";
import { hearCommand } from "./slash-command.ts";
import { type FormAnswer, submitForm } from "./submit-form.ts";
import { tellPrivately } from "./tell-privately.ts";
import { forgetWorkspace } from "./uninstalled.ts";
import { type Belongs, belongsTo } from "./where-from.ts";

type Where = { readonly team: string; readonly bot: SlackBot };

/**
 * Puts Piloto's listeners on a Bolt app. Everything was acknowledged before it comes here, except a form, which
 * answers by its acknowledgement. No listener throws: what goes wrong is logged, counted, and told to the person.
 */
export function listen(app: App, homes: Homes, deps: HearDeps): { settled(): Promise<void> } {
  const lanes = chatLanes(deps.clock);
  const edge = edgeOf(deps, lanes.track);
  const withBot = (body: unknown, work: (where: Where) => Promise<unknown>) =>
    edge(body, () => inWorkspace(body, deps, work));

  const message = async ({ body }: { body: unknown }): Promise<void> => {
    const { event } = body as { event: { channel?: unknown; thread_ts?: unknown; ts?: unknown } };
    const lane = `${String(event.channel)}/${String(event.thread_ts ?? event.ts)}`;
    await lanes.inTurn(lane, () => withBot(body, (where) => hearMessage(event, where, deps)));
  };
  app.event("app_mention", message);
  app.event("message", message);
  app.event("app_home_opened", ({ body }) => withBot(body, (where) => homes.open(body.event, where)));
  app.event("agent_session_stopped" as string, ({ body }) =>
    withBot(body, (where) => onceByEvent(body, deps, () => hearNativeStop(body.event, where, deps))),
  );
  for (const name of ["app_uninstalled", "tokens_revoked"] as const) {
    app.event(name, ({ body }) => edge(body, () => forgetWorkspace(body, deps)));
  }
  app.command(SLASH_COMMAND, ({ body }) => withBot(body, (where) => hearCommand(body, where, deps)));
  app.shortcut(SHORTCUT_ID, ({ body }) => withBot(body, (where) => hearShortcut(body, where, deps)));
  app.action(/[\s\S]*/, ({ body }) => withBot(body, (where) => hearPress(body, where, deps)));
  app.view(/[\s\S]*/, ({ body, ack }) => {
    if (body.type !== "view_submission") return ack();
    return withBot(body, (where) => formSent(body, where, deps, (answer) => ack(answer as never)));
  });
  return { settled: lanes.settled };
}

/** A form that could not be worked on must not close as if it had been kept. */
async function formSent(
  body: unknown,
  where: Where,
  deps: HearDeps,
  answer: (answer: FormAnswer) => Promise<void>,
): Promise<void> {
  try {
    await submitForm(body, where, deps, answer);
  } catch (error) {
    // An answer that was given before stands.
    await answer(formNotice(words(deps.language).inbox.failed, deps.language));
    throw error;
  }
}

/** Hands over the workspace and its bot; a workspace without an installation is told in the log. */
async function inWorkspace(body: unknown, deps: HearDeps, work: (where: Where) => Promise<unknown>): Promise<void> {
  const belongs = await whereIs(body, deps);
  const bot = belongs.team === undefined ? undefined : await deps.bots.find(belongs);
  if (belongs.team !== undefined && bot) return void (await work({ team: belongs.team, bot }));
  deps.state.count("notInstalled");
  deps.logger.warn({ ...belongs }, "Slack delivered something of a workspace in which Piloto is not installed.");
}

/** A button lies where its run's card lies, whoever pressed it. */
async function whereIs(body: unknown, deps: HearDeps): Promise<Belongs> {
  const belongs = belongsTo(body);
  const { actions } = body as { actions?: unknown };
  const team = Array.isArray(actions) ? await teamOfRun(actions[0], deps) : undefined;
  return team === undefined ? belongs : { ...belongs, team };
}

/** What is not a message and has no trigger is known by its event's id. */
async function onceByEvent(
  body: { event_id?: string },
  { once, state }: HearDeps,
  work: () => Promise<void>,
): Promise<void> {
  if (body.event_id === undefined || (await once.first(`event/${body.event_id}`))) return work();
  state.count("duplicates");
}

type Track = <T>(work: Promise<T>) => Promise<T>;

function edgeOf(deps: HearDeps, track: Track): (body: unknown, work: () => Promise<unknown>) => Promise<void> {
  return (body, work) =>
    track(
      work().then(
        () => undefined,
        (error: unknown) => failed(body, error, deps),
      ),
    );
}

/** The last stop of everything that goes wrong inward: the process goes on, and the person is told where one waits. */
async function failed(body: unknown, error: unknown, deps: HearDeps): Promise<void> {
  deps.state.count("failed");
  const { type, command, event, user, user_id, response_url: responseUrl } = body as Record<string, unknown>;
  const what = (event as { type?: unknown } | undefined)?.type ?? command ?? type;
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  deps.logger.error(
    { what: String(what).slice(0, 60), error: withoutTokens(told).slice(0, 500) },
    "Something of Slack could not be worked on.",
  );
  if (typeof responseUrl !== "string") return;
  const id = user_id ?? (user as { id?: unknown } | undefined)?.id;
  await tellPrivately({ user: String(id), responseUrl }, words(deps.language).inbox.failed, deps.language, deps);
}
