import type { Usage } from "../schedule/shapes.ts";

/**
 * Where one answer goes. Nothing is called before the first token, so that an answer may come from another PC when the
 * first one fails; from then on `lines`, and at last `end` or `fail`, once.
 */
export interface Sink {
  /** It puts the answer together and holds no more of it than this. */
  readonly mostBytes?: number;
  /** Whole lines of the answer. `false`: no more for now, until the function given to `onDrain` is called. */
  lines(lines: Buffer): boolean;
  onDrain(resume: () => void): void;
  /** The answer is complete. `lines` are the whole lines that were not told yet: the last one, or several with it. */
  end(last: LastLine, lines: Buffer): void;
  /** The program reads nothing any more: its connection is cut. `fail` follows. */
  drop(): void;
  /** It broke off; why, in words for the program. */
  fail(words: string): void;
}

/** The line with `done`. */
export interface LastLine {
  readonly value: Readonly<Record<string, unknown>>;
  readonly usage: Usage;
}
