import type { Language } from "./chat.ts";
import type { AccountId, RunId } from "./ids.ts";
import type { Risk } from "./plan.ts";
import type { PressAction, RunState, StepState } from "./plan-run.ts";

/**
 * What a chat shows of a run: a pure function of the stored facts, the same on every face.
 * Faces decide how it looks, never what it says. Every string is plain text; faces escape it.
 */
export interface Card {
  readonly runId: RunId;
  readonly revision: number;
  /** First 12 hex digits of the plan's hash. */
  readonly hash: string;
  readonly language: Language;
  readonly state: RunState;
  /** "Plan · 3 steps", "Running · 2 of 3", "Done · 3 steps in 4 s"… */
  readonly headline: string;
  /** The plan's goal. */
  readonly goal: string;
  readonly risk: Risk;
  readonly steps: readonly CardStep[];
  /** Who asked, who decided and when, expiry, what differs, why it stopped: one short sentence each. */
  readonly notes: readonly string[];
  readonly buttons: readonly CardButton[];
  /**
   * Of a run that stopped and asks: which stop it is. A press carries it back, so that one made on an older picture
   * decides nothing about a later stop.
   */
  readonly fence?: number;
}

export interface CardStep {
  readonly number: number;
  readonly state: StepState;
  readonly title: string;
  /** The real thing that is called: service, method, path. Never hidden, never replaced by a title. */
  readonly operation: string;
  /** The real arguments, compact JSON, at most 1,000 characters, then a count of what was cut. */
  readonly args: string;
  readonly risk: Risk;
  /** What came back or went wrong. */
  readonly note?: string;
  /** How long a step that takes seconds ran, or runs at the time of the card: `12 s`. */
  readonly elapsed?: string;
  /** When a step that runs began: for faces that can count on by themselves. */
  readonly sinceMs?: number;
}

export interface CardButton {
  readonly action: PressAction;
  readonly label: string;
  readonly style: "primary" | "danger" | "plain";
}

/** Something Piloto says outside a card. */
export interface Say {
  readonly text: string;
  /** Shown to this account alone, where the face can. */
  readonly onlyTo?: AccountId;
  /** Too long for a message: faces attach them, or show their end. Filled when it is delivered. */
  readonly files?: readonly SayFile[];
  /** Whose whole output becomes a file when this is delivered; what is stored instead of `files`. */
  readonly outputOf?: { readonly runId: RunId; readonly step: number };
}

/** Plain text: `name` is made by Piloto and is a safe file name. */
export interface SayFile {
  readonly name: string;
  readonly mediaType: string;
  readonly text: string;
}

export type Outgoing = ({ readonly kind: "card" } & Card) | ({ readonly kind: "say" } & Say);
