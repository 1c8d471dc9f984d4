/** What happened since the start, by name. */
export interface Counts {
  add(name: string): void;
  readonly all: Readonly<Record<string, number>>;
}

export function createCounts(): Counts {
  const all: Record<string, number> = {};
  return {
    all,
    add(name) {
      all[name] = (all[name] ?? 0) + 1;
    },
  };
}
