/** Tells those who wait that something happened, so that nobody has to poll. */
export interface Changes {
  happened(): void;
  /**
   * Resolves as soon as `isSo` is true, looked at now and after everything that happens.
   * Rejects after `withinMs` with `what` was waited for.
   */
  until(what: string, isSo: () => boolean, withinMs?: number): Promise<void>;
  close(): void;
}

export function changes(describe: () => string): Changes {
  const waiters = new Set<{ look: () => void; giveUp: (why: string) => void }>();
  let scheduled = false;

  function lookAll() {
    scheduled = false;
    for (const waiter of [...waiters]) waiter.look();
  }

  return {
    happened() {
      if (scheduled || waiters.size === 0) return;
      scheduled = true;
      setImmediate(lookAll);
    },
    until(what, isSo, withinMs = 5000) {
      return new Promise((resolve, reject) => {
        const waiter = { look, giveUp };
        const timer = setTimeout(() => giveUp(`Waited ${withinMs} ms in vain until ${what}.`), withinMs);
        function done() {
          clearTimeout(timer);
          waiters.delete(waiter);
        }
        function giveUp(why: string) {
          done();
          reject(new Error(`${why}\n${describe()}`));
        }
        function look() {
          try {
            if (!isSo()) return;
            done();
            resolve();
          } catch (cause) {
            done();
            reject(cause);
          }
        }
        waiters.add(waiter);
        look();
      });
    },
    close() {
      for (const waiter of [...waiters]) waiter.giveUp("The fake Slack was closed.");
    },
  };
}
