/** What may be shown of a wait, in seconds; a guess does not deserve more steps. */
const SHOWN_S = [15, 20, 30, 40, 60, 120, 180, 300, 600] as const;
const MOMENT_MS = 10_000;

/**
 * A guessed wait as people are told it, in milliseconds: 0 is "a moment" (under ten seconds), then 15, 20, 30 and 40
 * seconds, 1, 2, 3, 5 and 10 minutes; the last means that or more. The nearest by ratio, as errors of guesses are.
 */
export function roundWait(ms: number): number {
  if (!(ms >= MOMENT_MS)) return 0;
  const at = SHOWN_S.findIndex(
    (shown, i) => ms < Math.sqrt(shown * (SHOWN_S[i + 1] ?? Number.POSITIVE_INFINITY)) * 1000,
  );
  return SHOWN_S[at]! * 1000;
}
