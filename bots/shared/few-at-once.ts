/** So many pieces of work at a time; the others wait, in the order in which they came. */
export interface FewAtOnce {
  /** Resolves or rejects as `work` does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Messages whose files are in memory at once: of 20 MB each at most. Anybody can send files, a hundred at a time. */
export const MESSAGES_WITH_FILES = 4;

export function fewAtOnce(most: number): FewAtOnce {
  const waiting: (() => void)[] = [];
  let working = 0;
  return {
    async run(work) {
      if (working < most) working += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // The place is handed on, so that nobody who comes now overtakes those who wait.
        const next = waiting.shift();
        if (next) next();
        else working -= 1;
      }
    },
  };
}
