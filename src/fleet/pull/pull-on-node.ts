import { isPilotoError, PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { cancelled } from "../fleet-failures.ts";
import { type ModelOnDisk, PullBroken, type PullClient, PullRefused } from "./pull-client.ts";
import { createPullLayers, type PullState } from "./pull-layers.ts";
import { isListedAs } from "./pull-name.ts";
import { tellBytes } from "./tell-bytes.ts";

/** A PC that models can be pulled to. */
export interface PullNode {
  readonly name: string;
  readonly client: PullClient;
  /** Room for models on its disk, as set: Ollama tells none. */
  readonly diskBytes?: number;
  /** Of its GPU, as set. */
  readonly vramBytes?: number;
  /** Models that never live there, as set, with their tags. */
  readonly forbidden?: readonly string[];
}

export interface PullOnNode {
  readonly name: string;
  readonly node: PullNode;
  /** What is on its disk before. */
  readonly present: readonly ModelOnDisk[];
  /** `attempt` counts from 1, anew after each that got further. */
  readonly onState: (state: PullState & { readonly attempt: number }) => void;
}

/** Starts in a row that got no further. */
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Pulls a model to one PC and resolves with what lies there then. A pull that breaks is started again, and Ollama goes
 * on where it was; it is given up after five starts in a row that got no further.
 * @throws PilotoError NODE_DISK_FULL | PULL_FAILED | NODE_UNREACHABLE | NODE_FAILED | CANCELLED
 */
export async function pullOnNode(
  job: PullOnNode,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ModelOnDisk> {
  const layers = createPullLayers();
  let reachedBytes = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      await pullOnce(job, layers, attempt, signal);
      return await whatCame(job, signal);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      const failure = failureOf(error, job);
      if (!mayPass(error, failure)) throw failure;
      const { doneBytes } = layers.state();
      if (doneBytes > reachedBytes) attempt = 1;
      reachedBytes = Math.max(reachedBytes, doneBytes);
      if (attempt >= MOST_ATTEMPTS) throw failure;
      job.onState({ ...layers.state(), status: "interrupted", attempt });
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), signal);
    }
  }
}

async function pullOnce(
  job: PullOnNode,
  layers: ReturnType<typeof createPullLayers>,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  for await (const line of job.node.client.pull(job.name, signal)) {
    layers.add(line);
    job.onState({ ...layers.state(), attempt });
    mustFit(job, layers.state().totalBytes);
  }
}

/** Thrown in the loop over the lines, which ends the pull at the PC too. */
function mustFit({ name, node, present }: PullOnNode, totalBytes: number): void {
  if (node.diskBytes === undefined) return;
  const others = present.filter((model) => !isListedAs(model.name, name));
  const free = node.diskBytes - others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (totalBytes <= free) return;
  const wanted = `${name} takes at least ${tellBytes(totalBytes)}`;
  const found = `${tellBytes(Math.max(0, free))} of the ${tellBytes(node.diskBytes)} for models are free`;
  throw diskFull(node.name, `${wanted}, and ${found}`);
}

async function whatCame({ name, node }: PullOnNode, signal: AbortSignal): Promise<ModelOnDisk> {
  const models = await node.client.models(signal);
  const found = models.find((model) => isListedAs(model.name, name));
  if (found) return found;
  throw new PilotoError("PULL_FAILED", `${node.name} said that it has ${name}, and does not list it. Look there.`);
}

/** Only what Ollama itself tries again in vain is final; a registry that does not know the name stays that way. */
function mayPass(error: unknown, failure: unknown): boolean {
  if (isPilotoError(failure, "NODE_DISK_FULL")) return false;
  if (error instanceof PullRefused) return !FINAL.test(error.message);
  return error instanceof PullBroken || isPilotoError(error, "NODE_UNREACHABLE");
}

const NO_SPACE = /no space left|not enough space|insufficient (?:disk )?space|disk (?:is )?full|ENOSPC/i;
const FINAL =
  /does not exist|not found|manifest unknown|unknown model|invalid|unauthori[sz]ed|forbidden|denied|requires a newer|newer version|incompatible|unsupported/i;

function failureOf(error: unknown, { name, node }: PullOnNode): unknown {
  if (error instanceof PullRefused && NO_SPACE.test(error.message)) {
    return diskFull(node.name, `Ollama found no room for ${name} ("${error.message}")`);
  }
  if (!(error instanceof PullRefused || error instanceof PullBroken)) return error;
  return new PilotoError(
    "PULL_FAILED",
    `${node.name} could not get ${name}: ${error.message}. ${todoFor(error.message)}`,
    {
      cause: error,
    },
  );
}

function todoFor(words: string): string {
  if (/newer/i.test(words)) return "Update Ollama there.";
  return FINAL.test(words) ? "Check the name." : "Pull it again: it goes on where it was.";
}

const diskFull = (node: string, found: string) =>
  new PilotoError("NODE_DISK_FULL", `${node} has no room: ${found}. Remove a model there, or choose another PC.`);
