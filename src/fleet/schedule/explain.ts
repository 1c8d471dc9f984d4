import { type Candidate, filteredBy } from "./filters.ts";
import { answerTokensOf } from "./learned-rates.ts";
import { scoredAt, scoreOf } from "./scorers.ts";
import type { Explanation, FleetRequest, Verdict, WaitEstimate } from "./shapes.ts";
import type { World } from "./world.ts";

/** What would happen to such a request now, PC by PC. Changes nothing. */
export function explainNow(
  world: World,
  request: Omit<FleetRequest, "id">,
  nowMs: number,
  waitOf: () => WaitEstimate | undefined,
): Explanation {
  const verdicts: Verdict[] = [];
  const work = { ...request, answerTokens: answerTokensOf(world.rates, request) };
  let chosen: Verdict | undefined;
  for (const node of world.nodes.values()) {
    const copy = node.copies.get(request.model);
    const candidate: Candidate = { world, node, copy, request, failedOn: [], isAged: false, nowMs };
    const out = filteredBy(candidate);
    if (out !== undefined) {
      verdicts.push({ node: node.name, ...out });
      continue;
    }
    const scored = scoredAt(world, copy!, work);
    const scores: Record<string, number> = {};
    const verdict: Verdict = {
      node: node.name,
      scores,
      total: scoreOf(scored, scores),
      firstTokenMs: scored.predicted.firstTokenMs,
    };
    verdicts.push(verdict);
    if (chosen === undefined || verdict.total! > chosen.total!) chosen = verdict;
  }
  const { model, class: kind, share } = request;
  const said = { model, class: kind, share, atMs: nowMs, verdicts };
  return chosen === undefined ? { ...said, wait: waitOf() } : { ...said, chosen: chosen.node };
}

/** The last decisions, newest first; PCs that had no copy of the model are named too. */
export function lastDecisions(world: World): readonly Explanation[] {
  const last = world.decisions.slice(-200).reverse();
  return last.map((one) => {
    const named = new Set(one.verdicts.map((verdict) => verdict.node));
    const others = [...world.nodes.keys()].filter((name) => !named.has(name));
    const because = "the model was not in its memory";
    return {
      ...one,
      verdicts: [...one.verdicts, ...others.map((node) => ({ node, filteredBy: "resident", because }))],
    };
  });
}
