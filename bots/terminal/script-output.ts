import { nameOf } from "../../core/domain/ids.ts";
import { plainText, visibleText } from "../../core/domain/plain-text.ts";
import type { Decision } from "../../core/index.ts";
import { drawCard } from "./draw-card.ts";
import type { Paint } from "./paint.ts";
import type { Told } from "./script-platform.ts";

/** What a script brings forth, in order. */
export type ScriptEvent =
  | ({ readonly type: "told" } & Told)
  | { readonly type: "said"; readonly line: number; readonly as: string; readonly chat: string; readonly text: string }
  | { readonly type: "refused"; readonly line: number; readonly reply: string }
  | {
      readonly type: "pressed";
      readonly line: number;
      readonly as: string;
      readonly action: string;
      readonly decision: Decision;
      readonly reply: string;
    }
  | { readonly type: "failed"; readonly line: number; readonly message: string };

/**
 * One JSON object on one line; `undefined` for what the reader of JSON knows already. What could steer a terminal or
 * hide is written as `\\u…`: the same value for who reads JSON.
 */
export function eventAsJson(event: ScriptEvent): string | undefined {
  const json = asJson(event);
  return json === undefined ? undefined : visibleText(json);
}

function asJson(event: ScriptEvent): string | undefined {
  if (event.type === "said") return undefined;
  if (event.type !== "told") {
    return JSON.stringify(event.type === "pressed" ? { ...event, decision: shortDecision(event.decision) } : event);
  }
  const { chatId, ref, how, what } = event;
  const { kind, ...rest } = what;
  return JSON.stringify({ type: kind, chat: nameOf(chatId), ref, how, ...rest });
}

/** The same for people: cards drawn, sentences with their speaker. */
export function eventAsText(event: ScriptEvent, paint: Paint, columns: number): string {
  if (event.type === "said") return `${paint.bold(event.as)} ${paint.signs.prompt} ${plainText(event.text)}`;
  if (event.type === "refused") return `${paint.yellow("Piloto")} ${paint.signs.prompt} ${plainText(event.reply)}`;
  if (event.type === "pressed") {
    const head = `${paint.bold(event.as)} [${event.action}] ${event.decision.kind}`;
    return event.reply === "" ? head : `${head}\n${paint.dim(plainText(event.reply))}`;
  }
  if (event.type === "failed") return paint.red(event.message);
  if (event.what.kind === "card") return drawCard(event.what, { columns, paint }).join("\n");
  return `${paint.cyan("Piloto")} ${paint.signs.prompt} ${plainText(event.what.text)}`;
}

/** A decision without the whole run in it: the card shows that. */
function shortDecision(decision: Decision): object {
  if (decision.kind !== "accepted") return decision;
  const { id, state, revision, planHash } = decision.run;
  return { ...decision, run: { id, state, revision, planHash } };
}
