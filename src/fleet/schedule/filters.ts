import { reserve } from "./reserve.ts";
import type { FleetRequest } from "./shapes.ts";
import type { Copy, NodeState, World } from "./world.ts";

/** What a filter looks at. */
export interface Candidate {
  readonly world: World;
  readonly node: NodeState;
  readonly copy: Copy | undefined;
  readonly request: FleetRequest | Omit<FleetRequest, "id">;
  readonly failedOn: readonly string[];
  /** It has waited so long that it is served like an interactive one. */
  readonly isAged: boolean;
  readonly nowMs: number;
  /** A slot more than is known may be tried. */
  readonly isSlotTry?: boolean;
}

/** `undefined`: it passes. Else what was found, in words for people. */
export type Filter = (candidate: Candidate) => string | undefined;

/** What settings and disks say: who is taken out by these is out until somebody changes something. */
export const STANDING_FILTERS: Readonly<Record<string, Filter>> = {
  forbidden: ({ world, node, request }) =>
    world.rules.get(request.model)?.forbidden?.includes(node.name) ? "settings keep this model off it" : undefined,
  labels: ({ world, node, request }) =>
    missingLabel(node, request.labels) ?? missingLabel(node, world.rules.get(request.model)?.labels),
  taints: ({ world, node, request }) => {
    if (node.facts.taints.length === 0) return undefined;
    const borne = world.rules.get(request.model)?.tolerations;
    const taint = node.facts.taints.find((one) => !request.tolerations?.includes(one) && !borne?.includes(one));
    return taint === undefined ? undefined : `it has the taint ${taint}`;
  },
  model: ({ node, request }) => (node.facts.models.has(request.model) ? undefined : "it does not have the model"),
  memory: ({ node: { facts, copies }, request: { model } }) => {
    const sizeBytes = facts.models.get(model)?.sizeBytes ?? 0;
    if (facts.vramBytes === undefined || sizeBytes <= facts.vramBytes || copies.has(model)) return undefined;
    return `it has ${inGb(facts.vramBytes)} of memory, and the model takes ${inGb(sizeBytes)}`;
  },
};

/** Every filter, in the order they are asked; the first that finds something takes the PC out. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  health: ({ node }) =>
    node.facts.health === "up"
      ? undefined
      : node.facts.health === "down"
        ? "it is down"
        : "nobody has looked at it yet",
  drained: ({ node }) => (node.facts.isDrained ? "it is drained" : undefined),
  ...STANDING_FILTERS,
  failed: ({ node, failedOn }) => (failedOn.includes(node.name) ? "it failed this request before" : undefined),
  breaker: ({ node }) => {
    if (node.breaker.state === "open") return "it failed several times and is left alone for a while";
    return node.breaker.state === "half-open" && isTried(node) ? "it is on trial with another request" : undefined;
  },
  pause: ({ node, nowMs }) => (nowMs < node.pausedUntilMs ? "it said it is full" : undefined),
  resident: ({ copy }) => {
    if (copy === undefined) return "the model is not in its memory";
    if (copy.state === "loading") return "the model is still loading";
    return copy.state === "leaving" ? "the model is about to leave its memory" : undefined;
  },
  slots: ({ copy, isSlotTry }) =>
    copy!.inFlight < copy!.slots || isSlotTry ? undefined : `its ${copy!.slots === 1 ? "slot is" : "slots are"} taken`,
  reserve: ({ world, copy, request, isAged, nowMs }) => {
    if (request.class !== "batch" || copy === undefined) return undefined;
    return reserve(world, { copy, isAged, nowMs });
  },
};

/** The first filter that takes the PC out. */
export function filteredBy(candidate: Candidate, filters: Readonly<Record<string, Filter>> = FILTERS) {
  for (const name in filters) {
    const because = filters[name]!(candidate);
    if (because !== undefined) return { filteredBy: name, because };
  }
  return undefined;
}

const inGb = (bytes: number) => `${Math.round(bytes / 1e8) / 10} GB`;

/** Answers that have begun are from before: whoever gets a token ends the trial. */
function isTried(node: NodeState): boolean {
  for (const copy of node.copies.values()) {
    for (const sent of copy.running) if (sent.firstTokenAtMs === undefined) return true;
  }
  return false;
}

function missingLabel(node: NodeState, wanted: readonly string[] | undefined): string | undefined {
  const missing = wanted?.find((label) => !node.facts.labels.includes(label));
  return missing === undefined ? undefined : `it lacks the label ${missing}`;
}
