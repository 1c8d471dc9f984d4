/** One measured number and the goal it is held to. */
export interface Figure {
  /** As the documentation and the machine-readable line name it: `steps_per_commit_1`. */
  readonly name: string;
  readonly value: number;
  /** `ratio`, `ms`, `MB`, `count`, `share`… */
  readonly unit: string;
  /** In words and a number: `>= 0.35`. Empty when the figure is only told. */
  readonly goal: string;
  readonly holds: boolean;
}

/** What a bench gets: its own arguments, and a place for progress that never reaches stdout. */
export interface BenchContext {
  readonly args: readonly string[];
  readonly log: (text: string) => void;
}

/** A bench is a file `scripts/bench/<name>.ts` that exports `bench`. */
export interface Bench {
  readonly name: string;
  /** One sentence for the list of benches. */
  readonly summary: string;
  run(context: BenchContext): Promise<Figure[]>;
}
