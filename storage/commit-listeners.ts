/** Tells listeners that something was committed; what happens before they hear of it is told once. */
export interface CommitListeners {
  add(listener: () => void): () => void;
  announce(): void;
}

export function commitListeners(): CommitListeners {
  const listeners = new Set<() => void>();
  let isTelling = false;
  return {
    add(listener) {
      // Wrapped, so that one function added twice is two listeners.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    announce() {
      if (isTelling || listeners.size === 0) return;
      isTelling = true;
      setImmediate(() => {
        isTelling = false;
        for (const listener of listeners) listener();
      });
    },
  };
}
