import Bottleneck from "bottleneck";

/**
 * How many requests each PC works on for each model. Ollama gives no back-pressure for a loaded model (its line has
 * no end), so the cap is kept here, one Bottleneck for each pair; who goes where is decided before.
 */
export interface Slots {
  inFlight(node: string, model: string): number;
  inFlightOfAll(node: string): number;
  /** Counts from the moment of the call until `work` settles. */
  run<T>(node: string, model: string, work: () => Promise<T>): Promise<T>;
  readonly cap: number;
}

export function createSlots(cap: number): Slots {
  const limiters = new Map<string, Map<string, Bottleneck>>();

  function limiterOf(node: string, model: string): Bottleneck {
    const ofNode = limiters.get(node) ?? new Map<string, Bottleneck>();
    limiters.set(node, ofNode);
    const limiter = ofNode.get(model) ?? new Bottleneck({ maxConcurrent: cap });
    ofNode.set(model, limiter);
    return limiter;
  }

  return {
    cap,
    inFlight: (node, model) => countOf(limiters.get(node)?.get(model)),
    inFlightOfAll: (node) =>
      [...(limiters.get(node)?.values() ?? [])].reduce((sum, limiter) => sum + countOf(limiter), 0),
    run: (node, model, work) => limiterOf(node, model).schedule(work),
  };
}

function countOf(limiter: Bottleneck | undefined): number {
  if (!limiter) return 0;
  const { RECEIVED, QUEUED, RUNNING, EXECUTING } = limiter.counts();
  return RECEIVED + QUEUED + RUNNING + EXECUTING;
}
