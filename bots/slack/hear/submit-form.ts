import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Language } from "../../../core/domain/chat.ts";
import { cutAt } from "../../../core/domain/plain-text.ts";
import type { Press } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import { readEditForm } from "../../shared/read-edit-form.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf } from "../people/actors.ts";
import { readEditModal } from "../show/edit-modal.ts";
import { threadOf } from "../slack-ids.ts";
import { formNotice } from "./form-notice.ts";
import type { HearDeps } from "./hear-deps.ts";
import { languageOfRun } from "./press.ts";
import { tellPrivately } from "./tell-privately.ts";

const Submitted = z.looseObject({
  user: z.looseObject({ id: z.string(), team_id: z.string().nullish() }),
  view: z.unknown(),
});

/** What the acknowledgement of a form says: nothing closes it. */
export type FormAnswer =
  | undefined
  | { readonly response_action: "errors"; readonly errors: Readonly<Record<string, string>> }
  | { readonly response_action: "update"; readonly view: ModalView };

/** Slack waits three seconds for the acknowledgement of a form, from when it sent it. */
const ANSWER_WITHIN_MS = 2_200;
const AT_LEAST_MS = 300;

/**
 * The form of a plan was sent. Mistakes are shown at their fields; a conflict (somebody was first, the plan changed)
 * is said in the form. A change that takes longer than Slack waits (one in words asks a model) closes the form, and
 * whoever sent it is told privately what came of it. `answer` is called once, in time.
 */
export async function submitForm(
  body: unknown,
  where: { team: string; bot: SlackBot },
  deps: HearDeps,
  answer: (answer: FormAnswer) => Promise<void>,
): Promise<void> {
  const untilMs = deps.clock.nowMs() + ANSWER_WITHIN_MS;
  const { user, view } = Submitted.parse(body);
  const edit = readEditModal(view);
  if (!edit) return answer(formNotice(words(deps.language).chatApp.tooOld, deps.language));
  const language = await languageOfRun(edit.runId, deps);
  const who = await actorOf({ ...where, user: user.id, ...(user.team_id ? { userTeam: user.team_id } : {}) }, deps);
  const shown = await deps.core.showRun(edit.runId, who);
  if (!shown) return answer(formNotice(words(language).conversation.notFound, language));
  const { account: by, ...rest } = who;
  const press: Press = { runId: edit.runId, revision: edit.revision, action: "edit", by, ...rest };
  const place = { bot: where.bot, language, untilMs };
  // A plan that is no longer the one of the form is not read with it: the core says why.
  if (shown.run.revision !== edit.revision || shown.run.state !== "draft") return keep(press, place, deps, answer);
  const read = readEditForm(shown.run.plan, edit.form, language);
  if (read.kind === "nothing") return answer(undefined);
  if (read.kind === "problems") {
    const errors = Object.fromEntries(read.problems.map(({ field, text }) => [field, cutAt(text, 150)]));
    return answer({ response_action: "errors", errors });
  }
  return keep({ ...press, change: read.change }, place, deps, answer);
}

async function keep(
  press: Press,
  { bot, language, untilMs }: { bot: SlackBot; language: Language; untilMs: number },
  deps: HearDeps,
  answer: (answer: FormAnswer) => Promise<void>,
): Promise<void> {
  const inTime = new AbortController();
  const working = deps.core.pressButton(press);
  const waitMs = Math.max(untilMs - deps.clock.nowMs(), AT_LEAST_MS);
  const first = await Promise.race([working, deps.clock.sleep(waitMs, inTime.signal).then(() => undefined)]);
  inTime.abort();
  if (first) {
    const isTaken = first.decision.kind === "accepted";
    return answer(isTaken ? undefined : formNotice(first.reply, language));
  }
  await answer(undefined);
  const tell = (reply: string) => tellAfterwards(reply, press, { bot, language }, deps);
  const { decision, reply } = await working.catch(async (error: unknown) => {
    await tell(words(language).inbox.failed);
    throw error;
  });
  if (decision.kind !== "accepted") await tell(reply);
}

/** The form is closed: why it was not kept is said in the thread, to its sender alone. */
async function tellAfterwards(
  reply: string,
  { runId, by }: Press,
  { bot, language }: { bot: SlackBot; language: Language },
  deps: HearDeps,
): Promise<void> {
  const run = await deps.stores.read((tx) => tx.runs.get(runId));
  const thread = run && threadOf(run.chatId);
  const user = by.slice(by.lastIndexOf("/") + 1);
  const line = { bot, user, ...(thread ? { channel: thread.channel, thread: thread.root } : {}) };
  await tellPrivately(line, `${words(language).inbox.edit.notKept}. ${reply}`, language, deps);
}
