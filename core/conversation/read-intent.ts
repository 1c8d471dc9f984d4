import type { PressAction } from "../domain/plan-run.ts";
import {
  ABANDONING,
  ACKNOWLEDGING,
  CANCELLING,
  COMMANDS,
  CONFIRMING,
  CONTINUING,
  type CommandName,
  FILLERS,
  GREETINGS,
  HOLDING,
  NO,
  RETRYING,
  STOPPING,
  THANKS,
  YES,
} from "./intent-words.ts";

export type DecisionInWords = Exclude<PressAction, "edit" | "dry-run">;

/** What a message wants. Decided by words alone; no model has a say in what confirms, cancels or stops. */
export type Intent =
  | { readonly kind: "command"; readonly name: CommandName; readonly rest: string }
  | { readonly kind: "unknown-command"; readonly name: string }
  | { readonly kind: "decision"; readonly action: DecisionInWords }
  /** A change of the pending plan, in words. */
  | { readonly kind: "revise" }
  | { readonly kind: "dry-run" }
  /** "Not yet": the plan stays. */
  | { readonly kind: "hold" }
  /** Could be a yes or a no to the pending plan, or neither: Piloto asks. */
  | { readonly kind: "unclear" }
  | { readonly kind: "greeting" }
  | { readonly kind: "thanks" }
  | { readonly kind: "question" }
  | { readonly kind: "task" };

/** What the chat stands at, as far as words depend on it. */
export interface IntentScene {
  readonly hasPending: boolean;
  /** A run that is queued or running, or waits for a decision; or the last one failed. */
  readonly active?: "working" | "waiting";
  readonly hasFailed?: boolean;
  /** What Piloto said last: a bare "yes" after a question answers the question, not the plan before it. */
  readonly lastSaid: "plan" | "question" | "other" | "nothing";
}

/** An answer to a plan is short; a long sentence with "yes" in it is something else. */
const MAX_DECISION_WORDS = 7;

/** Pure: the same words in the same scene mean the same. English and Spanish, whatever the chat's language. */
export function readIntent(text: string, scene: IntentScene): Intent {
  const command = readCommand(text);
  if (command) return command;
  const said = plainWords(text);
  const short = said.split(" ").length <= MAX_DECISION_WORDS && !isQuestion(text);
  if (said === "") return readSign(text, scene);
  if (short) {
    const decision = readShort(said, scene);
    if (decision) return decision;
  }
  if (scene.hasPending && DRY_RUN.test(said)) return { kind: "dry-run" };
  if (scene.hasPending && !isQuestion(text) && (isRevision(text, said) || isBareValue(said, scene))) {
    return { kind: "revise" };
  }
  return { kind: isQuestion(text) && !isPoliteRequest(said) ? "question" : "task" };
}

function readShort(said: string, scene: IntentScene): Intent | undefined {
  if (isOnly(said, GREETINGS)) return { kind: "greeting" };
  if (isOnly(said, THANKS)) return { kind: "thanks" };
  if (isOnly(said, HOLDING)) return scene.hasPending ? { kind: "hold" } : undefined;
  if (!scene.hasPending && scene.active === "waiting" && isOnly(said, CONTINUING)) {
    return { kind: "decision", action: "continue" };
  }
  if (isOnly(said, CONFIRMING, YES)) {
    if (has(said, CONFIRMING)) return { kind: "decision", action: "confirm" };
    return agreement(scene);
  }
  if (isOnly(said, STOPPING)) return { kind: "decision", action: "stop" };
  if (isOnly(said, CANCELLING, NO)) {
    if (has(said, CANCELLING)) return ending(scene);
    return disagreement(scene);
  }
  if (isOnly(said, RETRYING) && (scene.active === "waiting" || scene.hasFailed))
    return { kind: "decision", action: "retry" };
  if (isOnly(said, ABANDONING) && scene.active === "waiting") return { kind: "decision", action: "abandon" };
  if (scene.hasPending && isOnly(said, CONFIRMING, YES, CANCELLING, NO)) return { kind: "unclear" };
  if (isOnly(said, ACKNOWLEDGING)) return scene.hasPending ? { kind: "unclear" } : { kind: "thanks" };
  return undefined;
}

function agreement({ hasPending, lastSaid }: IntentScene): Intent {
  if (lastSaid === "question") return hasPending ? { kind: "unclear" } : { kind: "task" };
  if (!hasPending) return { kind: "decision", action: "confirm" };
  return lastSaid === "plan" ? { kind: "decision", action: "confirm" } : { kind: "unclear" };
}

function disagreement({ hasPending, lastSaid }: IntentScene): Intent {
  if (lastSaid === "question") return hasPending ? { kind: "unclear" } : { kind: "task" };
  if (!hasPending) return { kind: "decision", action: "cancel" };
  return lastSaid === "plan" ? { kind: "decision", action: "cancel" } : { kind: "unclear" };
}

function ending({ hasPending, active }: IntentScene): Intent {
  if (!hasPending && active === "waiting") return { kind: "decision", action: "abandon" };
  return { kind: "decision", action: !hasPending && active === "working" ? "stop" : "cancel" };
}

function readCommand(text: string): Intent | undefined {
  const slash = /^\s*\/([a-z][a-z-]{0,30})(?:\s+([\s\S]*))?$/i.exec(text);
  if (slash) {
    const name = COMMANDS[slash[1]!.toLowerCase()];
    const rest = (slash[2] ?? "").trim();
    return name ? { kind: "command", name, rest } : { kind: "unknown-command", name: slash[1]!.toLowerCase() };
  }
  const bare = plainWords(text);
  const name = Object.hasOwn(COMMANDS, bare) ? COMMANDS[bare] : undefined;
  return name && name !== "stop" && name !== "link" ? { kind: "command", name, rest: "" } : undefined;
}

/** Lower case, no accents, no punctuation, single spaces. */
export function plainWords(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Whether the words are made of these phrases and fillers alone, with at least one of the phrases. */
function isOnly(said: string, ...lists: readonly (readonly string[])[]): boolean {
  const rest = strike(strike(` ${said} `, lists.flat()), FILLERS);
  return rest.trim() === "" && lists.some((list) => has(said, list));
}

const has = (said: string, phrases: readonly string[]) => strike(` ${said} `, phrases) !== ` ${said} `;

/** Takes every phrase out, longest first. */
function strike(padded: string, phrases: readonly string[]): string {
  const longestFirst = [...phrases].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, phrase) => {
    let next = rest;
    while (next.includes(` ${phrase} `)) next = next.replace(` ${phrase} `, " ");
    return next;
  }, padded);
}

/** A thumb up or a tick agrees, a thumb down does not; other pictures say nothing. */
function readSign(text: string, scene: IntentScene): Intent {
  if (/^(?:\u{1F44D}|\u2705)(?:\p{Emoji_Modifier}|\uFE0F)?$/u.test(text.trim())) return agreement(scene);
  if (/^\u{1F44E}\p{Emoji_Modifier}?$/u.test(text.trim())) return disagreement(scene);
  return { kind: "task" };
}

function isQuestion(text: string): boolean {
  return /[?？]\s*$|^\s*¿/.test(text) || QUESTION_START.test(plainWords(text));
}

const QUESTION_START =
  /^(?:what|which|who|whose|where|when|why|how|is there|are there|que es|que hay|cual|cuales|cuanto|cuanta|cuantos|cuantas|como esta|como estan|donde|cuando|quien|quienes|por que)\b/;
const POLITE =
  /^(?:can|could|would|will|please|puedes|podrias|puede|podria|quieres|me puedes|me podrias|te importa|why dont you|how about|por que no)\b/;
const isPoliteRequest = (said: string) => POLITE.test(said);

const DRY_RUN =
  /^(?:please )?(?:do )?(?:a )?(?:dry run|try it out|simula|simulalo|haz una simulacion|prueba en seco)(?: it| first| please| primero| por favor)?$/;

/** A number alone, right after a plan, is another value for it. */
const isBareValue = (said: string, { lastSaid }: IntentScene) =>
  lastSaid === "plan" && /^(?:(?:a|to|con|with|use|usa|mejor|only|solo) )?\d+$/.test(said);

const REVISION_STARTS =
  /^(?:(?:no|nope|nah|yes|si|ok|okay|vale|bueno|confirm|confirma|confirmo|go ahead|dale|adelante) )?(?:but|pero|and also|also|y tambien|tambien|y ademas|ademas|instead of|en vez de|en lugar de|mejor|rather|actually|instead|en realidad|make (?:it|that|them)|change (?:it|that|the|step)|set it to|use \d|with \d|i meant|i mean|que sean?|ponlo|ponle|pon \d|cambialo|cambiala|cambia (?:el|la|lo|a)|quiero decir|quise decir|con \d|a \d|\d+ (?:mejor|instead|rather)|(?:drop|remove|skip|delete|without|move|leave out) (?:the )?(?:step|first|second|third|last)|(?:quita|elimina|salta|borra|sin|mueve) (?:el |la )?(?:paso|primer|segundo|tercer|ultimo))\b/;
const REVISION_ENDS = / (?:instead|rather|en vez de eso|en su lugar|mejor)$/;
const NO_THEN_MORE = /^\s*(?:no|nope|nah)\s*[,;:.!–—-]\s*\S/i;

function isRevision(text: string, said: string): boolean {
  return REVISION_STARTS.test(said) || REVISION_ENDS.test(said) || NO_THEN_MORE.test(text);
}
