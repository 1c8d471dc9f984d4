import { createScheduler } from "../../src/fleet/schedule/create-scheduler.ts";
import type { Scheduler, SchedulerOptions } from "../../src/fleet/schedule/scheduler.ts";
import type { Command, FleetRequest, NodeFacts, Outcome } from "../../src/fleet/schedule/shapes.ts";

/** A PC as a test wants it; up, and with everything on its disk. */
export function pc(
  name: string,
  facts: Partial<NodeFacts> & { has?: readonly string[]; holds?: readonly string[] } = {},
): NodeFacts {
  const { has = ["a"], holds = [], ...rest } = facts;
  return {
    name,
    health: "up",
    isDrained: false,
    labels: [],
    taints: [],
    vramBytes: 24e9,
    slots: 1,
    models: new Map(has.map((model) => [model, { sizeBytes: 5e9, digest: `sha-${model}` }])),
    resident: new Map(holds.map((model) => [model, {}])),
    ...rest,
  };
}

export function request(id: number, more: Partial<FleetRequest> = {}): FleetRequest {
  return { id, model: "a", class: "interactive", share: "s", promptTokens: 500, ...more };
}

export const DONE: Outcome = { kind: "done", promptTokens: 500, answerTokens: 100 };

/** What a scheduler did with each request, with a world in which loads take a second and answers as long as told. */
export class Play {
  readonly scheduler: Scheduler;
  nowMs = 0;
  readonly sent = new Map<number, { node: string; request: FleetRequest; atMs: number }>();
  readonly gaveUp = new Map<number, Extract<Command, { kind: "give-up" }>["reason"]>();
  readonly order: number[] = [];
  readonly commands: Command[] = [];
  readonly loads: { node: string; model: string; endMs: number }[] = [];
  readonly aborted: number[] = [];
  /** Why loads fail; absent: they do not. */
  loadsFail?: string;

  constructor(options: SchedulerOptions = {}, nodes: readonly NodeFacts[] = []) {
    this.scheduler = createScheduler(options);
    for (const node of nodes) this.scheduler.setNode(node, 0);
    this.step();
  }

  add(...requests: FleetRequest[]): this {
    for (const one of requests) this.scheduler.add(one, this.nowMs);
    this.step();
    return this;
  }

  end(id: number, outcome: Outcome = DONE): this {
    this.sent.delete(id);
    this.scheduler.end(id, outcome, this.nowMs);
    this.step();
    return this;
  }

  set(...nodes: NodeFacts[]): this {
    for (const node of nodes) this.scheduler.setNode(node, this.nowMs);
    this.step();
    return this;
  }

  /** Time passes: every load that is due ends well, and the scheduler is woken when it wants to be. */
  wait(ms: number): this {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const load = this.loads.reduce((least, one) => Math.min(least, one.endMs), Number.POSITIVE_INFINITY);
      const next = Math.min(load, this.scheduler.nextAtMs() ?? Number.POSITIVE_INFINITY);
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs + 1, next);
      for (const one of this.loads.filter((due) => due.endMs <= this.nowMs)) {
        this.loads.splice(this.loads.indexOf(one), 1);
        this.scheduler.loadEnded(
          one.node,
          one.model,
          { isLoaded: this.loadsFail === undefined, why: this.loadsFail },
          this.nowMs,
        );
      }
      this.step();
    }
    this.nowMs = untilMs;
    this.step();
    return this;
  }

  step(): void {
    for (let more = true; more; ) {
      const commands = this.scheduler.step(this.nowMs);
      more = commands.length > 0;
      for (const command of commands) this.do(command);
    }
  }

  protected do(command: Command): void {
    this.commands.push(command);
    if (command.kind === "send") {
      this.sent.set(command.request.id, { node: command.node, request: command.request, atMs: this.nowMs });
      this.order.push(command.request.id);
    } else if (command.kind === "give-up") this.gaveUp.set(command.request.id, command.reason);
    else if (command.kind === "load") {
      this.loads.push({ node: command.node, model: command.model, endMs: this.nowMs + 1000 });
    } else if (command.kind === "unload") this.scheduler.unloadEnded(command.node, command.model, this.nowMs);
    else {
      this.aborted.push(command.id);
      this.sent.delete(command.id);
      const why = { kind: "failed", fault: "unreachable", isBeforeFirstToken: true, why: command.why } as const;
      this.scheduler.end(command.id, why, this.nowMs);
    }
  }
}
