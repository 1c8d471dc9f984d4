/** What was opened and must be closed again. */
export interface OpenedThings {
  add(close: () => unknown): void;
  closeAll(): Promise<void>;
}

/** Closes what was opened, last first; each once. */
export function openedThings(): OpenedThings {
  const closers: (() => unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    async closeAll() {
      for (let close = closers.pop(); close; close = closers.pop()) await close();
    },
  };
}
