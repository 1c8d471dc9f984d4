import { isPilotoError, PilotoError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { chooseNode } from "./choose-node.ts";
import { cancelled, modelGone } from "./fleet-failures.ts";
import type { Slots } from "./slots.ts";
import type { WaitingLine } from "./waiting-line.ts";
import type { NodeWatch, WatchedNode } from "./watch-nodes.ts";

/** What the choice of a PC needs to know of a request. */
export interface Job {
  readonly model: string;
  readonly affinity?: string;
  readonly priority?: "interactive" | "batch";
}

/** Gives each request a PC, and another one when the first fails before it said anything. */
export interface Places {
  /** Resolves when a PC is up. @throws PilotoError FLEET_EMPTY | CANCELLED */
  someoneIsUp(signal: AbortSignal): Promise<void>;
  /** @throws PilotoError with the fleet's codes */
  onSomeNode<T>(job: Job, signal: AbortSignal, work: (node: WatchedNode) => Promise<T>): Promise<T>;
  /** Whoever waits, and whoever asks later, gets CANCELLED. */
  stop(): void;
}

interface PlaceDeps {
  readonly watch: NodeWatch;
  readonly slots: Slots;
  readonly line: WaitingLine;
  readonly clock: Clock;
}

/** Chats whose last PC is remembered. */
const REMEMBERED_CHATS = 1000;

export function createPlaces({ watch, slots, line, clock }: PlaceDeps): Places {
  const lastNodes = new Map<string, string>();
  let isStopped = false;

  async function someoneIsUp(signal: AbortSignal): Promise<void> {
    if (signal.aborted || isStopped) throw cancelled();
    await unlessAborted(watch.firstLook(), signal);
    if (watch.nodes.every((node) => node.health !== "up")) await unlessAborted(watch.lookAtAll(), signal);
    if (watch.nodes.every((node) => node.health !== "up")) throw fleetEmpty(watch.nodes);
  }

  async function onSomeNode<T>(job: Job, signal: AbortSignal, work: (node: WatchedNode) => Promise<T>): Promise<T> {
    const tried = new Map<WatchedNode, PilotoError>();
    for (;;) {
      const place = await line
        .wait(() => tryPlace(job, tried, work), job.priority ?? "interactive", signal)
        .catch((error: unknown) => rethrowWithTruth(error, tried, signal));
      try {
        return await place.running;
      } catch (error) {
        if (isStopped) throw cancelled();
        if (!(error instanceof PilotoError) || !mayGoElsewhere(error)) throw error;
        tried.set(place.node, error);
        if (error.code !== "FLEET_BUSY") watch.sawFailure(place.node, error.message);
      }
    }
  }

  /** When nobody could be reached, one look tells whether any PC is left at all. */
  async function rethrowWithTruth(
    error: unknown,
    tried: Map<WatchedNode, PilotoError>,
    signal: AbortSignal,
  ): Promise<never> {
    if (tried.size > 0 && isPilotoError(error, "NODE_UNREACHABLE")) {
      await unlessAborted(watch.lookAtAll(), signal);
      if (isStopped) throw cancelled();
      if (watch.nodes.every((node) => node.health !== "up")) throw fleetEmpty(watch.nodes, error);
    }
    throw error;
  }

  /** Starts the work at once, so that the slot is taken before anybody else is asked. */
  function tryPlace<T>(job: Job, tried: Map<WatchedNode, PilotoError>, work: (node: WatchedNode) => Promise<T>) {
    if (isStopped) return cancelled();
    const holders = watch.nodes.filter((node) => node.models.some((model) => model.name === job.model));
    const open = holders.filter((node) => node.health === "up" && !tried.has(node));
    if (open.length === 0) return whyHopeless(job.model, holders, tried);
    const lastNode = job.affinity === undefined ? undefined : lastNodes.get(job.affinity);
    const chosen = chooseNode(open.map(toCandidate(job.model)), lastNode);
    const node = chosen && open.find((candidate) => candidate.name === chosen.name);
    if (!node) return undefined;
    remember(job.affinity, node.name);
    node.resident.add(job.model);
    const running = slots.run(node.name, job.model, () => work(node));
    running.then(line.look, line.look);
    return { node, running };
  }

  const toCandidate = (model: string) => (node: WatchedNode) => ({
    name: node.name,
    isResident: node.resident.has(model),
    inFlight: slots.inFlight(node.name, model),
    cap: slots.cap,
    inFlightOfAll: slots.inFlightOfAll(node.name),
    isSuspect: clock.nowMs() < node.suspectUntilMs,
  });

  function remember(affinity: string | undefined, node: string): void {
    if (affinity === undefined) return;
    lastNodes.delete(affinity);
    lastNodes.set(affinity, node);
    if (lastNodes.size > REMEMBERED_CHATS) lastNodes.delete(lastNodes.keys().next().value!);
  }

  function whyHopeless(model: string, holders: readonly WatchedNode[], tried: Map<WatchedNode, PilotoError>) {
    if (watch.nodes.every((node) => node.health !== "up")) return fleetEmpty(watch.nodes, [...tried.values()].at(-1));
    const errors = [...tried.values()];
    const busy = errors.find((error) => error.code === "FLEET_BUSY");
    if (errors.length > 0) return busy ?? errors.at(-1)!;
    const down = holders.find((node) => node.health !== "up");
    return down
      ? new PilotoError("NODE_UNREACHABLE", `${model} is on ${down.name} only, which is down: ${down.reason}`)
      : modelGone({ name: "The fleet", url: "" }, model);
  }

  return {
    someoneIsUp,
    onSomeNode,
    stop() {
      isStopped = true;
      line.look();
    },
  };
}

/** Nothing was generated, and another PC may do better. */
function mayGoElsewhere(error: PilotoError): boolean {
  return error.code === "FLEET_BUSY" || (error.retry === "elsewhere" && error.code !== "ANSWER_CUT_OFF");
}

function fleetEmpty(nodes: readonly WatchedNode[], cause?: PilotoError): PilotoError {
  const reasons = nodes.map((node) => node.reason ?? `${node.name} was not looked at yet.`);
  const found = nodes.length === 0 ? "None is set." : reasons.join(" ");
  return new PilotoError("FLEET_EMPTY", `No GPU PC can be used now. ${found} Start Ollama there, or add a PC.`, {
    cause,
  });
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop, { once: true });
  });
  await Promise.race([work, aborted]);
  signal.removeEventListener("abort", stop);
  if (signal.aborted) throw cancelled();
}
