import { linkedAccounts } from "../access/holder-of.ts";
import { isHeard } from "../access/is-heard.ts";
import { auditEntry } from "../access/record-audit.ts";
import { planHash } from "../domain/canonical.ts";
import type { Chat, Language, Message } from "../domain/chat.ts";
import { asId, type MessageId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import { announceRun } from "../progress/announce.ts";
import { words } from "../words/words.ts";
import { type Changed, changePlan } from "./change-plan.ts";
import { recheckPlan } from "./check-plan.ts";
import { takePress } from "./decide-plan.ts";
import type { Decision, PlanChange, Press } from "./decision.ts";
import { planDifference } from "./plan-difference.ts";
import type { ProposeDeps } from "./propose-plan.ts";
import { rememberPlan } from "./remember-plan.ts";
import { tellThought } from "./tell-thought.ts";
import { thinkPlan } from "./think-plan.ts";

/**
 * Changes a draft before it is confirmed: drops or moves a step, sets an argument, or follows words (a model makes
 * the new plan). The new plan passes the same check as a proposal and gets a new revision, hash and expiry; the
 * card says what differs. Whoever decided or edited first wins: then `too-late`, and nothing changed. An edit that
 * cannot be made is `refused` with the reason.
 * @throws PilotoError with a fleet code when an edit in words could not ask a model
 */
export async function editPlan(press: Press, deps: ProposeDeps, signal: AbortSignal): Promise<Decision> {
  const taken = await deps.stores.atomically((tx) => takePress(tx, press, deps.clock.nowMs()));
  if (taken.kind === "no") return taken.decision;
  const place = await placeOf(taken.run, deps);
  if (!place) return { kind: "not-found" };
  const say = words(place.chat.language).planning.edit;
  if (!press.change) return { kind: "refused", why: say.sayWhat };
  const changed = await changedPlan(press, press.change, { ...place, run: taken.run }, deps, signal);
  if (changed.kind === "refused") return changed;
  if (planHash(changed.plan) === taken.run.planHash) return { kind: "refused", why: say.nothingChanged };
  return saveRevision(press, changed.plan, place, deps);
}

interface Place {
  readonly chat: Chat;
  readonly project: Project;
  readonly history: readonly Message[];
}

/** Messages that an edit in words may look back on. */
const LOOK_BACK = 30;

function placeOf(run: PlanRun, { stores }: ProposeDeps): Promise<Place | undefined> {
  return stores.read(async (tx) => {
    const [chat, project] = [await tx.chats.get(run.chatId), await tx.projects.get(run.projectId)];
    if (!chat || !project) return undefined;
    const newest = (await tx.messages.page(chat.id, { limit: LOOK_BACK })).items;
    const linked = await linkedAccounts(
      tx,
      newest.flatMap(({ account, origin }) => (account && origin === "person" ? [account] : [])),
    );
    const heard = newest.filter((message) => message.handledAtMs !== undefined && isHeard(message, project, linked));
    return { chat, project, history: heard.reverse() };
  });
}

async function changedPlan(
  press: Press,
  change: PlanChange,
  place: Place & { run: PlanRun },
  deps: ProposeDeps,
  signal: AbortSignal,
): Promise<Changed> {
  const { run, project, chat } = place;
  const say = words(chat.language).planning.edit;
  if (change.kind === "words") return inWords(press, change.text, place, deps, signal);
  const changed = changePlan(run.plan, change, say);
  if (changed.kind === "refused") return changed;
  const spoken = `${JSON.stringify(run.plan)}\n${JSON.stringify(change)}`;
  const checked = await recheckPlan(changed.plan, { project, tools: deps.tools, words: spoken, goal: run.plan.goal });
  if (checked.kind === "valid") return { kind: "changed", plan: checked.plan };
  return {
    kind: "refused",
    why: say.invalid(
      checked.problems
        .map(({ text }) => text)
        .join(" ")
        .slice(0, 500),
    ),
  };
}

async function inWords(
  press: Press,
  text: string,
  { run, project, chat, history }: Place & { run: PlanRun },
  deps: ProposeDeps,
  signal: AbortSignal,
): Promise<Changed> {
  const request = { chat, project, account: press.by, text, history, present: run.plan };
  const thought = await thinkPlan(request, deps, signal);
  if (thought.kind === "plan") return { kind: "changed", plan: thought.plan };
  const say = words(chat.language).planning.edit;
  return { kind: "refused", why: say.notAPlan(tellThought(thought, chat.language)) };
}

async function saveRevision(press: Press, plan: Plan, { chat, project }: Place, deps: ProposeDeps): Promise<Decision> {
  const { stores, clock, ids } = deps;
  const noteId = asId<MessageId>(ids.next());
  return stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    const taken = await takePress(tx, press, atMs);
    if (taken.kind === "no") return taken.decision;
    const { run } = taken;
    const [revision, hash] = [run.revision + 1, planHash(plan)];
    const editNote = noteOf(run, plan, chat.language);
    const expiresAtMs = atMs + project.draftLifeMs;
    const change = { revision, plan, planHash: hash, by: press.by, atMs, editNote, expiresAtMs };
    if (!(await tx.runs.revise(run.id, change))) {
      return { kind: "too-late", state: run.state, why: "revised" };
    }
    const { by, groups, action } = press;
    const vote = { runId: run.id, revision: run.revision, planHash: run.planHash, by, groups, action };
    await tx.votes.add({ ...vote, counted: true, atMs });
    const detail = { revision, planHash: hash, was: run.planHash, what: editNote };
    await tx.audit.append(auditEntry(press.by, "edit-plan", run.id, atMs, detail));
    const now = (await tx.runs.get(run.id))!;
    await rememberPlan(tx, now, noteId, atMs);
    await announceRun(tx, now, atMs);
    return { kind: "accepted", action: "edit", run: now, detail: editNote };
  });
}

function noteOf(run: PlanRun, plan: Plan, language: Language): string {
  return planDifference(run.plan, plan, words(language).planning.edit);
}
