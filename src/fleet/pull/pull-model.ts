import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { cancelled } from "../fleet-failures.ts";
import type { ModelOnDisk } from "./pull-client.ts";
import type { PullState } from "./pull-layers.ts";
import { isListedAs, listedName, readPullName } from "./pull-name.ts";
import { type PullNode, pullOnNode } from "./pull-on-node.ts";
import { tellBytes } from "./tell-bytes.ts";

export interface PullWish {
  /** As a person typed it. */
  readonly name: string;
  /** PCs by name; absent: every one that answers, has room, and is not forbidden to the model. */
  readonly nodes?: readonly string[];
  /** Also where it is there already: the registry may have a newer one. */
  readonly again?: boolean;
}

/** What became of a pull on one PC. */
export type PulledOn = { readonly node: string } & (
  | { readonly kind: "pulled"; readonly digest: string; readonly sizeBytes: number }
  /** `again` brought nothing new, or it was not asked for. */
  | { readonly kind: "already-there"; readonly digest: string; readonly sizeBytes: number }
  /** Nobody named it, and it is down, has no room, or is forbidden to the model. */
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly error: PilotoError }
);

export interface Pulled {
  /** As the PCs list it. */
  readonly name: string;
  readonly nodes: readonly PulledOn[];
  /** PCs by the digest of what they hold under this name, all of the fleet. More than one entry: they differ. */
  readonly digests: Readonly<Record<string, readonly string[]>>;
}

/** How far it is, over all PCs. */
export interface PullProgress {
  readonly name: string;
  readonly doneBytes: number;
  /** With the PCs whose turn comes later, as far as the size is known. */
  readonly totalBytes: number;
  /** Those that pull or have pulled. */
  readonly nodes: readonly (PullState & { readonly node: string; readonly attempt: number })[];
}

export interface PullDeps {
  /** All PCs of the fleet. */
  readonly nodes: readonly PullNode[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** At most four times a second. */
  readonly onProgress?: (progress: PullProgress) => void;
}

/** Several at once share one line to the outside. */
const PULLS_AT_ONCE = 2;
const PROGRESS_EVERY_MS = 250;

/**
 * Pulls a model to PCs, two at a time. One that fails does not stop the others: each has its own result.
 * @throws PilotoError INPUT_INVALID (name, PC) | FLEET_EMPTY | CANCELLED; what came by then stays on the PCs
 */
export async function pullModel(wish: PullWish, deps: PullDeps): Promise<Pulled> {
  const name = readPullName(wish.name);
  const { signal } = deps;
  const seen = await Promise.all(deps.nodes.map((node) => look(node, signal)));
  if (signal.aborted) throw cancelled();
  const chosen = choose(wish, seen);
  if (chosen.every(({ fate }) => fate?.kind === "skipped")) throw nobodyToPull(chosen);
  const progress = progressOf(name, chosen.filter(({ fate }) => !fate).length, deps);
  const results = await inPairs(chosen, async ({ node, present, fate }): Promise<PulledOn> => {
    if (fate) return fate;
    try {
      const before = found(present, name);
      const job = { name, node, present, onState: (state: NodeState) => progress.add(node.name, state) };
      const { digest, sizeBytes } = await pullOnNode(job, deps);
      const kind = before?.digest === digest && digest !== "" ? "already-there" : "pulled";
      return { node: node.name, kind, digest, sizeBytes };
    } catch (error) {
      if (signal.aborted || !(error instanceof PilotoError)) throw error;
      progress.leaveOut(node.name);
      return { node: node.name, kind: "failed", error };
    }
  });
  return { name: listedName(name), nodes: results, digests: digestsOf(name, seen, results) };
}

interface Seen {
  readonly node: PullNode;
  readonly present: readonly ModelOnDisk[];
  readonly error?: PilotoError;
}

async function look(node: PullNode, signal: AbortSignal): Promise<Seen> {
  try {
    return { node, present: await node.client.models(signal) };
  } catch (error) {
    if (error instanceof PilotoError) return { node, present: [], error };
    throw error;
  }
}

type Chosen = Seen & { readonly fate?: PulledOn };

function choose({ name, nodes, again }: PullWish, seen: readonly Seen[]): Chosen[] {
  const names = seen.map(({ node }) => node.name);
  const unknown = nodes?.find((wanted) => !names.includes(wanted));
  if (unknown !== undefined) {
    const there = names.length === 0 ? "None is set." : `There are: ${names.join(", ")}.`;
    throw new PilotoError("INPUT_INVALID", `There is no PC named "${unknown.slice(0, 80)}". ${there}`);
  }
  const sizeBytes = seen.map(({ present }) => found(present, name)?.sizeBytes).find((size) => size !== undefined);
  return seen
    .filter(({ node }) => !nodes || nodes.includes(node.name))
    .map((one) => ({ ...one, fate: fateOf(one, { name, sizeBytes, again, isNamed: nodes !== undefined }) }));
}

interface About {
  readonly name: string;
  /** Known when another PC holds it. */
  readonly sizeBytes: number | undefined;
  readonly again: boolean | undefined;
  readonly isNamed: boolean;
}

/** What is clear before anything is pulled; `undefined`: it is to be pulled. */
function fateOf({ node, present, error }: Seen, { name, sizeBytes, again, isNamed }: About): PulledOn | undefined {
  if (error) {
    if (isNamed) return { node: node.name, kind: "failed", error };
    return { node: node.name, kind: "skipped", why: error.message };
  }
  const there = found(present, name);
  if (there && !again) return { node: node.name, kind: "already-there", ...pick(there) };
  if (there || isNamed) return undefined;
  if (node.forbidden?.some((model) => isListedAs(model, name))) {
    return { node: node.name, kind: "skipped", why: "The settings forbid it there." };
  }
  if (sizeBytes === undefined) return undefined;
  const used = present.reduce((sum, model) => sum + model.sizeBytes, 0);
  const tooSmall = (what: string, room: number) =>
    ({
      node: node.name,
      kind: "skipped",
      why: `It takes ${tellBytes(sizeBytes)}, and there ${what} ${tellBytes(Math.max(0, room))}.`,
    }) as const;
  if (node.vramBytes !== undefined && sizeBytes > node.vramBytes) return tooSmall("its GPU has", node.vramBytes);
  const free = (node.diskBytes ?? Number.POSITIVE_INFINITY) - used;
  return sizeBytes > free ? tooSmall("its disk has free", free) : undefined;
}

const pick = ({ digest, sizeBytes }: ModelOnDisk) => ({ digest, sizeBytes });
const found = (models: readonly ModelOnDisk[], name: string) => models.find((model) => isListedAs(model.name, name));

function nobodyToPull(chosen: readonly Chosen[]): PilotoError {
  const why = chosen.flatMap(({ fate }) => (fate?.kind === "skipped" ? [`${fate.node}: ${fate.why}`] : []));
  const none = "No PC is set. Set OLLAMA_HOSTS.";
  return new PilotoError("FLEET_EMPTY", why.length === 0 ? none : `No PC can pull it now. ${why.join(" ")}`);
}

/** Two work through the list; results stand in its order. */
async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: PULLS_AT_ONCE }, lane));
  return results;
}

type NodeState = PullState & { readonly attempt: number };

/** PCs whose turn has not come count as much as those that pull: the sum then grows to its end only. */
function progressOf(name: string, pulls: number, { clock, onProgress }: PullDeps) {
  const states = new Map<string, NodeState>();
  let counted = pulls;
  let toldMs = Number.NEGATIVE_INFINITY;

  function add(node: string, state: NodeState): void {
    const isNews = states.get(node)?.status !== state.status && state.status !== "pulling";
    states.set(node, state);
    if (!onProgress || (!isNews && clock.nowMs() - toldMs < PROGRESS_EVERY_MS)) return;
    toldMs = clock.nowMs();
    const nodes = [...states].map(([node, state]) => ({ node, ...state }));
    const sum = (of: (one: NodeState) => number) => nodes.reduce((bytes, one) => bytes + of(one), 0);
    const toCome = (counted - nodes.length) * Math.max(...nodes.map(({ totalBytes }) => totalBytes));
    const totalBytes = sum((one) => one.totalBytes) + toCome;
    onProgress({ name, doneBytes: sum((one) => one.doneBytes), totalBytes, nodes });
  }

  return {
    add,
    /** It failed: it is no part of what is to come. */
    leaveOut(node: string): void {
      states.delete(node);
      counted -= 1;
    },
  };
}

function digestsOf(name: string, seen: readonly Seen[], results: readonly PulledOn[]): Pulled["digests"] {
  const digests: Record<string, string[]> = {};
  for (const { node, present } of seen) {
    const result = results.find((one) => one.node === node.name);
    const digest = result && "digest" in result ? result.digest : found(present, name)?.digest;
    if (digest) digests[digest] = [...(digests[digest] ?? []), node.name];
  }
  return digests;
}
