import type { Language } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Vote } from "../domain/plan-run.ts";
import type { Names } from "../words/names.ts";

/** What a card needs beside the run and its steps. */
export interface CardContext {
  readonly language: Language;
  readonly nowMs: number;
  /** What accounts are called; an account that is absent shows its own name. */
  readonly people?: Names;
  /** Decisions about the run, oldest first: who confirmed, edited, stopped, retried. */
  readonly votes?: readonly Vote[];
  /** Whom the project lets confirm; absent: the card does not say. */
  readonly mayConfirm?: readonly AccountId[];
}
