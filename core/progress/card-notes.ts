import { type AccountId, faceOf, nameOf, shortRunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { PlanRun, StepRun, Vote } from "../domain/plan-run.ts";
import { named } from "../words/names.ts";
import type { Words } from "../words/words.ts";
import type { CardContext } from "./card-context.ts";
import { cardTime } from "./card-time.ts";

const NOTE_LIMIT = 500;
const NAME_LIMIT = 130;
/** Of those who may confirm. */
export const NAMES_SHOWN = 5;
const DECISIONS_SHOWN = 5;

type NoteContext = Pick<CardContext, "nowMs" | "people" | "votes" | "mayConfirm">;

/** The sentences under a plan: who asked, who decided and when, what differs, what a person must decide, why it ended. */
export function cardNotes(run: PlanRun, steps: readonly StepRun[], context: NoteContext, say: Words): string[] {
  const text = say.card.note;
  const who = (account: AccountId) => personName(account, context);
  const at = (ms: number) => cardTime(ms, context.nowMs);
  const notes = [text.askedBy(who(run.requestedBy), at(run.proposedAtMs))];
  if (run.editNote) notes.push(editNote(run, context, say));
  notes.push(...decisions(run, context.votes, text, who, at));
  notes.push(...ending(run, text, at));
  if (run.state === "draft") notes.push(...draftNotes(run, context, say));
  if (run.state === "waiting") notes.push(...waitingNotes(run, steps, text));
  if (run.state === "error") notes.push(...(run.reason ? [text.reason(run.reason)] : []), text.retryOffered);
  if (run.state === "queued" && run.reason) notes.push(text.waitingFor(run.reason));
  if (run.state === "cancelled" && run.reason && !isEndedByPerson(run, context)) notes.push(text.reason(run.reason));
  const isStopping = run.cancelRequestedAtMs !== undefined && (run.state === "running" || run.state === "queued");
  if (isStopping) notes.push(text.stopping);
  return notes.map((note) => plainLine(note, NOTE_LIMIT));
}

/** Who stopped or abandoned it is told already, with the time. */
function isEndedByPerson(run: PlanRun, { votes }: NoteContext): boolean {
  return (
    run.cancelRequestedBy !== undefined || votes?.some((vote) => vote.counted && vote.action === "abandon") === true
  );
}

type NoteWords = Words["card"]["note"];
type Who = (account: AccountId) => string;
type At = (ms: number) => string;

/** From the votes when they are known; else from what the run itself remembers. */
function decisions(run: PlanRun, votes: readonly Vote[] | undefined, text: NoteWords, who: Who, at: At): string[] {
  const counted = votes?.filter((vote) => vote.counted && DECIDES.includes(vote.action)) ?? [];
  if (counted.length > 0) {
    const told = counted.map((vote) => decision(vote.action, who(vote.by), at(vote.atMs), text));
    const hasAutomatic = run.decidedBy === PILOTO && run.decidedAtMs !== undefined;
    return [...(hasAutomatic ? [text.confirmedByItself(at(run.decidedAtMs ?? 0))] : []), ...told].slice(
      -DECISIONS_SHOWN,
    );
  }
  const notes: string[] = [];
  if (run.decidedBy !== undefined && run.decidedAtMs !== undefined && run.state !== "draft") {
    const isDropped = run.state === "cancelled" && run.startedAtMs === undefined && run.cancelRequestedBy === undefined;
    if (isDropped) notes.push(text.cancelled(who(run.decidedBy), at(run.decidedAtMs)));
    else if (run.decidedBy === PILOTO) notes.push(text.confirmedByItself(at(run.decidedAtMs)));
    else if (run.state !== "superseded") notes.push(text.confirmed(who(run.decidedBy), at(run.decidedAtMs)));
  }
  if (run.cancelRequestedBy !== undefined && run.cancelRequestedAtMs !== undefined) {
    notes.push(text.stopAsked(who(run.cancelRequestedBy), at(run.cancelRequestedAtMs)));
  }
  return notes;
}

const DECIDES: readonly Vote["action"][] = ["confirm", "cancel", "stop", "retry", "continue", "abandon"];
/** The account Piloto acts under when a project lets reading plans start by themselves. */
const PILOTO = "piloto" as AccountId;

function decision(action: Vote["action"], who: string, at: string, text: NoteWords): string {
  switch (action) {
    case "cancel":
      return text.cancelled(who, at);
    case "stop":
      return text.stopAsked(who, at);
    case "retry":
      return text.retried(who, at);
    case "continue":
      return text.continued(who, at);
    case "abandon":
      return text.abandoned(who, at);
    default:
      return text.confirmed(who, at);
  }
}

function editNote(run: PlanRun, context: NoteContext, say: Words): string {
  const edit = context.votes?.findLast((vote) => vote.counted && vote.action === "edit");
  return say.card.note.edited(run.revision, edit ? personName(edit.by, context) : "", run.editNote ?? "");
}

function ending(run: PlanRun, text: NoteWords, at: At): string[] {
  if (run.state === "expired") return [text.expired(at(run.expiresAtMs))];
  if (run.state !== "superseded") return [];
  return [run.supersededBy ? text.superseded(shortRunId(run.supersededBy)) : text.supersededBySome];
}

function draftNotes(run: PlanRun, context: NoteContext, say: Words): string[] {
  const { note } = say.card;
  const expires = note.expires(cardTime(run.expiresAtMs, context.nowMs));
  if (!context.mayConfirm) return [expires];
  if (context.mayConfirm.length === 0) return [note.nobodyMayConfirm, expires];
  // Where everybody may, whoever else may is of no interest to those who read the card there.
  const everybody = context.mayConfirm.filter((account) => account === `${faceOf(run.chatId)}:*`);
  const told = everybody.length > 0 ? everybody : context.mayConfirm;
  const names = told.map((account) => anyone(account, say) ?? personName(account, context));
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const more = names.length - NAMES_SHOWN;
  return [note.mayConfirm(more > 0 ? say.card.andMore(shown, more) : shown), expires];
}

/** Everybody of a face, or of a server or workspace of it. */
function anyone(account: AccountId, say: Words): string | undefined {
  const face = faceOf(account);
  const shown = face.charAt(0).toUpperCase() + face.slice(1);
  if (account === `${face}:*`) return say.card.anyoneOn(shown);
  return account.endsWith("/*") ? say.card.anyoneIn(nameOf(account).slice(0, -2), shown) : undefined;
}

function waitingNotes(run: PlanRun, steps: readonly StepRun[], text: NoteWords): string[] {
  const unknown = steps.find((step) => step.state === "unknown");
  return [
    ...(run.reason ? [text.waitingFor(run.reason)] : []),
    unknown ? text.unknownChoice(unknown.number) : text.waitingChoice,
  ];
}

function personName(account: AccountId, { people }: NoteContext): string {
  return plainLine(named(account, people), NAME_LIMIT);
}
