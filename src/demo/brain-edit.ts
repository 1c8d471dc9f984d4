import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { matchSteps, numbersOf } from "./brain-plan.ts";
import type { BrainCard, BrainPrompt, BrainStep } from "./brain-prompt.ts";
import { plain } from "./brain-words.ts";

type Present = NonNullable<BrainPrompt["present"]>;

/** The present plan with one change in words: a step dropped, a number or text replaced, steps added. */
export function changePresent(text: string, plan: Present, cards: readonly BrainCard[]): Present | undefined {
  return dropped(text, plan) ?? appended(text, plan, cards) ?? withNumber(text, plan) ?? withText(text, plan);
}

const ORDINALS = ["first", "second", "third", "fourth", "primer", "segundo", "tercer", "cuarto"];

function dropped(text: string, plan: Present): Present | undefined {
  const said = plain(text);
  if (!/\b(?:drop|remove|skip|without|delete|leave out|quita|elimina|sin|salta|borra)\b/.test(said)) return undefined;
  const digit = /\b(?:step|paso)\s+(\d+)/.exec(said)?.[1];
  const ordinal = ORDINALS.findIndex((word) => said.includes(word));
  const last = /\b(?:last|ultimo)\b/.test(said) ? plan.steps.length : 0;
  const number = digit ? Number(digit) : ordinal >= 0 ? (ordinal % 4) + 1 : last;
  if (number < 1 || number > plan.steps.length) return undefined;
  const steps = plan.steps.filter((_step, at) => at !== number - 1).map((step) => shifted(step, number));
  return { goal: plan.goal, steps };
}

/** References to steps behind a dropped one name the step that moved up. */
function shifted(step: BrainStep, gone: number): BrainStep {
  const text = JSON.stringify(step.arguments).replace(/(\{\{steps\.)(\d+)/g, (_all, head: string, old: string) => {
    return `${head}${Number(old) > gone ? Number(old) - 1 : old}`;
  });
  return { ...step, arguments: JSON.parse(text) as JsonObject };
}

function appended(text: string, plan: Present, cards: readonly BrainCard[]): Present | undefined {
  const more =
    /^\W*(?:(?:yes|si|sí|ok)\W+)?(?:and\s+)?(?:also|additionally|tambien|también|ademas|además|y también)\s+(.+)$/i.exec(
      text,
    )?.[1];
  const matched = more === undefined ? undefined : matchSteps(more, cards);
  if (matched?.kind !== "steps") return undefined;
  const offset = plan.steps.length;
  const added = matched.steps.map((step) => {
    const moved = JSON.stringify(step.arguments).replace(/(\{\{steps\.)(\d+)/g, (_all, head: string, old: string) => {
      return `${head}${Number(old) + offset}`;
    });
    return { ...step, arguments: JSON.parse(moved) as JsonObject };
  });
  return { goal: plan.goal, steps: [...plan.steps, ...added] };
}

function withNumber(text: string, plan: Present): Present | undefined {
  const step = Number(/\b(?:step|paso)\s+(\d+)/i.exec(text)?.[1] ?? 0);
  const said = numbersOf(text.replace(/\b(?:step|paso)\s+\d+/gi, " "));
  const numbers = plan.steps.flatMap((one, at) => (step === 0 || step === at + 1 ? leavesOf(one.arguments) : []));
  const held = numbers.filter((value) => typeof value === "number");
  const was = said.find((value) => held.includes(value)) ?? held[0];
  const is = said.find((value) => value !== was);
  if (was === undefined || is === undefined) return undefined;
  const steps = plan.steps.map((one, at) => {
    if (step !== 0 && step !== at + 1) return one;
    return { ...one, arguments: replaced(one.arguments, was, is) as JsonObject };
  });
  return { goal: plan.goal.replace(wholeNumber(was), String(is)), steps };
}

function withText(text: string, plan: Present): Present | undefined {
  const quoted = /["“«]([^"”»]{1,500})["”»]/.exec(text)?.[1];
  if (quoted === undefined) return undefined;
  let isDone = false;
  const steps = plan.steps.map((step) => {
    const body = step.arguments.body;
    const key = isJsonObject(body) && Object.keys(body).find((name) => /text|message|note|title|name/i.test(name));
    if (isDone || !key || !isJsonObject(body)) return step;
    isDone = true;
    return { ...step, arguments: { ...step.arguments, body: { ...body, [key]: quoted } } };
  });
  return isDone ? { goal: plan.goal, steps } : undefined;
}

const wholeNumber = (value: number) => new RegExp(`(?<![\\p{L}\\p{N}.-])${value}(?![\\p{L}\\p{N}-])`, "gu");

function replaced(value: Json, was: number, is: number): Json {
  if (value === was) return is;
  if (typeof value === "string") return value.includes("{{") ? value : value.replace(wholeNumber(was), String(is));
  if (Array.isArray(value)) return value.map((item) => replaced(item, was, is));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, was, is)]));
}

function leavesOf(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isJsonObject(value) ? Object.values(value).flatMap(leavesOf) : [value];
}
