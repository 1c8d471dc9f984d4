/** What the choice knows of one PC that is up, holds the model and was not tried yet for this request. */
export interface Candidate {
  readonly name: string;
  /** The model is in its memory, or on its way there. */
  readonly isResident: boolean;
  /** Requests for this model that it works on now, and how many it may. */
  readonly inFlight: number;
  readonly cap: number;
  /** Requests for any model. */
  readonly inFlightOfAll: number;
  /** It failed a moment ago: used when nothing else is free. */
  readonly isSuspect: boolean;
}

/**
 * The PC for one request, or `undefined` when every one is full and the request must wait. In this order: not
 * suspect, model loaded, served this chat before, fewest requests in flight, first in the settings.
 */
export function chooseNode(candidates: readonly Candidate[], lastNode?: string): Candidate | undefined {
  const free = candidates.filter((candidate) => candidate.inFlight < candidate.cap);
  return free.reduce<Candidate | undefined>(
    (best, candidate) => (best && compare(candidate, best, lastNode) >= 0 ? best : candidate),
    undefined,
  );
}

function compare(a: Candidate, b: Candidate, lastNode: string | undefined): number {
  return (
    Number(a.isSuspect) - Number(b.isSuspect) ||
    Number(b.isResident) - Number(a.isResident) ||
    Number(b.name === lastNode) - Number(a.name === lastNode) ||
    a.inFlightOfAll - b.inFlightOfAll
  );
}
