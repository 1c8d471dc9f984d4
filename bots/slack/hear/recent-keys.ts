/** What this process works on or has lately worked on: the cheap half of doing things once. */
export interface RecentKeys {
  /** `false` when somebody began it before. */
  begin(key: string): boolean;
  /** It came to nothing: the next one may begin it. */
  forget(key: string): void;
}

/** Remembers the latest `most` keys. */
export function recentKeys(most: number): RecentKeys {
  const keys = new Set<string>();
  return {
    begin(key) {
      if (keys.has(key)) return false;
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > most && oldest !== undefined) keys.delete(oldest);
      return true;
    },
    forget: (key) => void keys.delete(key),
  };
}
