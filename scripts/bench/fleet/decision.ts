import { createScheduler } from "../../../src/fleet/schedule/create-scheduler.ts";
import type { Scheduler } from "../../../src/fleet/schedule/scheduler.ts";
import type { Command, FleetRequest, NodeFacts } from "../../../src/fleet/schedule/shapes.ts";
import type { Figure } from "../figure.ts";

/** How long one decision takes: a request ends, one comes, and `step` says what to do; everything busy all the time. */
export function measureDecisions({ rounds = 4_000 }: { readonly rounds?: number } = {}): Figure[] {
  measure({ nodes: 16, waiting: 0, rounds });
  const small = measure({ nodes: 16, waiting: 0, rounds });
  const large = measure({ nodes: 200, waiting: 0, rounds });
  // The two that are compared take turns, so that what else the computer does meets both.
  const pairs = [0, 1, 2].map(() => {
    const empty = measure({ nodes: 16, waiting: 0, rounds: rounds / 2 });
    return measure({ nodes: 16, waiting: 2_000, rounds: rounds / 2 }) / empty;
  });
  const ratio = pairs.sort((a, b) => a - b)[1]!;
  return [
    figure("decision_us_16", small, "us", 50),
    figure("decision_us_200", large, "us", 500),
    figure("decision_queue_ratio", ratio, "ratio", 1.5),
  ];
}

interface Measured {
  readonly nodes: number;
  readonly waiting: number;
  readonly rounds: number;
}

const MODELS = Array.from({ length: 20 }, (_, at) => `model-${String(at).padStart(2, "0")}`);
const COPIES_PER_NODE = 3;
const SLOTS = 2;

/** The median decision in microseconds, after a tenth of the rounds to warm up. */
function measure({ nodes, waiting, rounds }: Measured): number {
  const fleet = new Fleet(nodes);
  fleet.fill(waiting);
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const tookUs = fleet.decide();
    if (round > rounds / 10) took.push(tookUs);
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)]!;
}

/** A scheduler in steady state: as many requests as slots are under way, and `waiting` wait. */
class Fleet {
  readonly #scheduler: Scheduler = createScheduler({ waitMs: { interactive: 1e12, batch: 1e12 } });
  readonly #running: { id: number; model: string }[] = [];
  #nowMs = 0;
  #id = 0;
  #seed = 7;

  constructor(nodes: number) {
    for (let at = 0; at < nodes; at += 1) this.#scheduler.setNode(pc(at), 0);
    this.#do(this.#scheduler.step(0));
    const copies = nodes * COPIES_PER_NODE;
    for (let at = 0; at < copies * SLOTS; at += 1) this.#add(MODELS[at % MODELS.length]!);
    this.#do(this.#scheduler.step(0));
  }

  fill(waiting: number): void {
    for (let at = 0; at < waiting; at += 1) this.#add(MODELS[at % MODELS.length]!);
    this.#do(this.#scheduler.step(this.#nowMs));
  }

  /** One request ends on its PC, another of the same model comes; the clock is only looked at around that. */
  decide(): number {
    this.#nowMs += 10;
    const at = Math.floor(this.#random() * this.#running.length);
    const ended = this.#running[at]!;
    this.#running[at] = this.#running.at(-1)!;
    this.#running.pop();
    const startedMs = performance.now();
    this.#scheduler.firstToken(ended.id, this.#nowMs);
    this.#scheduler.end(ended.id, { kind: "done", promptTokens: 800, answerTokens: 150 }, this.#nowMs);
    this.#add(ended.model);
    const commands = this.#scheduler.step(this.#nowMs);
    const tookUs = 1000 * (performance.now() - startedMs);
    this.#do(commands);
    return tookUs;
  }

  #add(model: string): void {
    this.#id += 1;
    const kind = this.#id % 4 === 0 ? "batch" : "interactive";
    const tokens = 100 + Math.floor(this.#random() * 4_000);
    const who = { share: `share-${this.#id % 7}`, affinity: `chat-${this.#id % 50}` };
    const request: FleetRequest = { id: this.#id, model, class: kind, promptTokens: tokens, ...who };
    this.#scheduler.add(request, this.#nowMs);
  }

  #do(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind === "send") this.#running.push({ id: command.request.id, model: command.request.model });
      else if (command.kind === "load") {
        this.#scheduler.loadEnded(command.node, command.model, { isLoaded: true }, this.#nowMs);
      } else if (command.kind === "unload") this.#scheduler.unloadEnded(command.node, command.model, this.#nowMs);
    }
  }

  #random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }
}

/** With room for three models, which are there from the start: the models are spread evenly. */
function pc(at: number): NodeFacts {
  const held = Array.from(
    { length: COPIES_PER_NODE },
    (_, nth) => MODELS[(at * COPIES_PER_NODE + nth) % MODELS.length]!,
  );
  return {
    name: `pc-${String(at).padStart(3, "0")}`,
    health: "up",
    isDrained: false,
    labels: [],
    taints: [],
    vramBytes: 24e9,
    maxLoaded: COPIES_PER_NODE,
    slots: SLOTS,
    models: new Map(MODELS.map((model) => [model, { sizeBytes: 6e9, digest: model }])),
    resident: new Map(held.map((model) => [model, {}])),
  };
}

function figure(name: string, value: number, unit: string, most: number): Figure {
  return { name, value: Math.round(value * 100) / 100, unit, goal: `<= ${most}`, holds: value <= most };
}
