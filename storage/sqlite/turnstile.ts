/** Lets one through at a time, in the order of arrival. */
export interface Turnstile {
  pass<T>(work: () => Promise<T>): Promise<T>;
}

export function turnstile(): Turnstile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    pass(work) {
      const mine = last.then(work, work);
      // Whoever comes next waits for the end, whatever it was; the caller of `pass` gets the outcome.
      last = mine.then(ignore, ignore);
      return mine;
    },
  };
}

const ignore = (): void => undefined;
