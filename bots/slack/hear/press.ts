import { z } from "zod";
import type { Actor } from "../../../core/domain/chat.ts";
import type { RunId } from "../../../core/domain/ids.ts";
import type { PressAction } from "../../../core/domain/plan-run.ts";
import { words } from "../../../core/words/words.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf, whoOf } from "../people/actors.ts";
import { decodeAction } from "../show/action-ids.ts";
import { editModal } from "../show/edit-modal.ts";
import { threadOf } from "../slack-ids.ts";
import { type HearDeps, languageOf } from "./hear-deps.ts";
import { type PrivateLine, tellPrivately } from "./tell-privately.ts";

const Pressed = z.looseObject({
  user: z.looseObject({ id: z.string(), team_id: z.string().nullish() }),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  channel: z.looseObject({ id: z.string() }).nullish(),
  container: z.looseObject({ thread_ts: z.string().optional() }).nullish(),
  message: z.looseObject({ thread_ts: z.string().optional() }).nullish(),
  actions: z.array(z.unknown()).min(1),
});

/** What everybody sees on the card at once need not be told to the one who pressed. */
const SHOWN_BY_CARD: readonly PressAction[] = ["confirm", "cancel", "stop", "retry", "continue", "abandon", "edit"];

/**
 * A button of a card or of the home page was pressed. Decides nothing itself: run, revision and action go to the core,
 * and whoever pressed is told privately what came of it when the card does not show it. Acknowledged before.
 */
export async function hearPress(body: unknown, where: { team: string; bot: SlackBot }, deps: HearDeps): Promise<void> {
  const given = Pressed.parse(body);
  const { user, channel, container, message, response_url: responseUrl } = given;
  const thread = container?.thread_ts ?? message?.thread_ts;
  const line: PrivateLine = {
    bot: where.bot,
    user: user.id,
    ...(channel ? { channel: channel.id } : {}),
    ...(thread === undefined ? {} : { thread }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
  const action = decodeAction(given.actions[0]);
  if (action.kind === "foreign") return void deps.state.count("foreignActions");
  if (action.kind === "unknown") {
    deps.state.count("unknownActions");
    deps.logger.warn({ action: action.actionId }, "A button was pressed that this Piloto does not know.");
    return tellPrivately(line, words(deps.language).chatApp.tooOld, deps.language, deps);
  }
  deps.state.count("presses");
  const acting = { ...where, user: user.id, ...(user.team_id ? { userTeam: user.team_id } : {}) };
  const { runId, revision, fence } = action;
  if (action.action === "edit" && given.trigger_id) {
    // A form must be open within three seconds: nobody's name is asked for first.
    const who = await whoOf(acting, deps);
    const isOpen = await openForm({ runId, revision, who, trigger: given.trigger_id, line, bot: where.bot }, deps);
    if (isOpen) return;
  }
  const { account: by, ...who } = await actorOf(acting, deps);
  const pressed = await deps.core.pressButton({ runId, revision, fence, action: action.action, by, ...who });
  const isShown = pressed.decision.kind === "accepted" && SHOWN_BY_CARD.includes(action.action);
  deps.state.count(pressed.decision.kind === "accepted" ? "pressesTaken" : "pressesRefused");
  if (!isShown) await tellPrivately(line, pressed.reply, await languageOfRun(runId, deps), deps);
}

interface FormWanted {
  readonly runId: RunId;
  readonly revision: number;
  readonly who: Actor;
  readonly trigger: string;
  readonly line: PrivateLine;
  readonly bot: SlackBot;
}

/**
 * Opens the form while the trigger is good (three seconds). `false` when the plan is not as the person saw it: then
 * the core says the truth of it.
 */
async function openForm({ runId, revision, who, trigger, line, bot }: FormWanted, deps: HearDeps): Promise<boolean> {
  const shown = await deps.core.showRun(runId, who);
  if (shown?.run.state !== "draft" || shown.run.revision !== revision) return false;
  try {
    await bot.client.views.open({ trigger_id: trigger, view: editModal(shown) });
    deps.state.count("formsOpened");
  } catch (error) {
    const { code, why } = explainFailure(error);
    deps.logger.warn({ run: runId, code }, `The form of a plan could not be opened. ${why}`);
    await tellPrivately(line, words(shown.card.language).inbox.formFailed, shown.card.language, deps);
  }
  return true;
}

/** What the run's conversation speaks. */
export async function languageOfRun(runId: RunId, deps: Pick<HearDeps, "stores" | "language">) {
  const run = await deps.stores.read((tx) => tx.runs.get(runId));
  return languageOf(run?.chatId, deps);
}

/** The workspace of a run's card: a person of another workspace may press there (Slack Connect). */
export async function teamOfRun(action: unknown, { stores }: Pick<HearDeps, "stores">): Promise<string | undefined> {
  const read = decodeAction(action);
  if (read.kind !== "press") return undefined;
  const run = await stores.read((tx) => tx.runs.get(read.runId));
  return run && threadOf(run.chatId)?.team;
}
