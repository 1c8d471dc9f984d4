import { asId, type RunId } from "../../../core/domain/ids.ts";
import { PRESS_ACTIONS, type PressAction } from "../../../core/domain/plan-run.ts";

/** What a button of Piloto's says when it is pressed. */
export type ReadAction =
  | ({ readonly kind: "press"; readonly action: PressAction } & AboutRun)
  /** Of an older or newer Piloto, or damaged: say `words().chatApp.tooOld`, privately. */
  | { readonly kind: "unknown"; readonly actionId: string }
  /** Not a button of Piloto's: ignore it. */
  | { readonly kind: "foreign" };

const PREFIX = "piloto:";

/** `piloto:confirm`: at most 255 characters, the same on every card. */
export const actionId = (action: PressAction): string => `${PREFIX}${action}`;

/** The picture of a run that somebody looked at. */
export interface AboutRun {
  readonly runId: RunId;
  readonly revision: number;
  /** `Card.fence`, where the card has one. */
  readonly fence?: number;
}

/** `<run id>:<revision>`, then `@<fence>` where there is one: ids have at most 200 characters, a value 2,000. */
export const actionValue = ({ runId, revision, fence }: AboutRun): string =>
  `${runId}:${revision}${fence === undefined ? "" : `@${fence}`}`;

/** Reads what `actionId` and `actionValue` wrote, from a click payload's action. Never throws. */
export function decodeAction(action: unknown): ReadAction {
  const { action_id: id, value } = (typeof action === "object" && action !== null ? action : {}) as Record<
    string,
    unknown
  >;
  if (typeof id !== "string" || !id.startsWith(PREFIX)) return { kind: "foreign" };
  const name = PRESS_ACTIONS.find((known) => actionId(known) === id);
  const read = typeof value === "string" ? readValue(value) : undefined;
  return name && read ? { kind: "press", action: name, ...read } : { kind: "unknown", actionId: id.slice(0, 255) };
}

/** What a value tells; `undefined` when nobody of this version wrote it. */
export function readValue(value: string): AboutRun | undefined {
  const [, runId, revision, fence] = /^([\x21-\x7e]{1,200}):(\d{1,9})(?:@(\d{1,15}))?$/.exec(value) ?? [];
  if (!runId || !revision) return undefined;
  return {
    runId: asId<RunId>(runId),
    revision: Number(revision),
    ...(fence === undefined ? {} : { fence: Number(fence) }),
  };
}
