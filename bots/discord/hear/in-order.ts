/** Work of one lane goes one after the other; lanes do not wait for each other. */
export interface InOrder {
  run(lane: string, work: () => Promise<void>): void;
  /** Resolves when nothing is at work. */
  settled(): Promise<void>;
}

/** `work` must not reject. */
export function createInOrder(): InOrder {
  const lanes = new Map<string, Promise<void>>();
  return {
    run(lane, work) {
      const next = (lanes.get(lane) ?? Promise.resolve()).then(work).finally(() => {
        if (lanes.get(lane) === next) lanes.delete(lane);
      });
      lanes.set(lane, next);
    },
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}
