import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { cancelled } from "../fleet-failures.ts";
import type { FleetLimits, FleetTiming } from "../fleet-options.ts";
import type { ModelReader } from "../known-models.ts";
import type { LoadWish } from "../ollama-client.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import type { Command } from "../schedule/shapes.ts";
import type { Due, Timers } from "../timers.ts";
import { createAttempts } from "./attempts.ts";
import { createLoads } from "./carry-loads.ts";
import { fleetEmpty, giveUpError } from "./give-up-words.ts";
import type { Router } from "./router.ts";
import type { Ticket } from "./ticket.ts";
import { createWaitingRoom } from "./waiting-room.ts";
import { createNodeWatch, type NodeWatch } from "./watch-nodes.ts";
import { factsOf, type WatchedNode } from "./watched-node.ts";

export interface RouterOptions {
  readonly nodes: readonly WatchedNode[];
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly timing: Pick<FleetTiming, "firstTokenMs" | "probeEveryMs">;
  readonly limits: Pick<FleetLimits, "waiting">;
  readonly readModels: ModelReader;
  /** What a load of this model needs: the very options that its requests carry. */
  readonly wishOf: (model: string) => Omit<LoadWish, "keepAliveS">;
  /** Something was learned, or a PC was looked at. */
  readonly onEnd: () => void;
  readonly onLook: (node: WatchedNode) => void;
  readonly onDrain: () => void;
}

/** A router with a life of its own. */
export interface RunningRouter extends Router {
  readonly watch: NodeWatch;
  /** Whoever waits, is served or asks later gets CANCELLED; loads are broken off. A second call does nothing. */
  stop(): void;
}

/**
 * Does in the world what a scheduler decides: after every report it asks the scheduler what is to be done, and does it.
 * See {@link Router}.
 */
export function createRouter(options: RouterOptions): RunningRouter {
  const { nodes, scheduler, clock, timers } = options;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const tickets = new Map<number, Ticket>();
  const now = () => clock.nowMs();
  let lastId = 0;
  let isStopped = false;
  let isPumping = false;
  let isAskedAgain = false;
  let tick: Due | undefined;

  const watch = createNodeWatch(nodes, { ...options, onLook });
  const room = createWaitingRoom({ ...options, watch, pump, leave });
  const attempts = createAttempts({ ...options, watch, room, pump, leave, isStopped: () => isStopped });
  const loads = createLoads({
    ...options,
    async onLoaded(node, model, failure) {
      if (failure) await noteLoadFailure(node, model, failure);
      if (isStopped) return;
      const isBusy = failure?.code === "FLEET_BUSY";
      scheduler.loadEnded(node.name, model, { isLoaded: !failure, why: failure?.message, isBusy }, now());
      pump();
      if (!failure) void watch.lookAt(node);
    },
    onUnloaded(node, model) {
      scheduler.unloadEnded(node.name, model, now());
      pump();
      void watch.lookAt(node);
    },
  });

  /** One look first: a load that failed because its PC is gone says nothing about the model. */
  async function noteLoadFailure(node: WatchedNode, model: string, failure: PilotoError): Promise<void> {
    options.logger.warn({ node: node.name, model, why: failure.message }, "a model could not be loaded");
    await watch.sawFailure(node, failure);
  }

  function onLook(node: WatchedNode): void {
    if (isStopped) return;
    scheduler.setNode(factsOf(node), now());
    if (node.health === "down") {
      loads.abandon(node);
      if (tickets.size > 0) watch.start(); // nobody else would notice its return
    }
    options.onLook(node);
    pump();
  }

  /** Asks the scheduler what is to be done, and does it. Called within itself it goes round once more. */
  function pump(): void {
    isAskedAgain = true;
    if (isPumping || isStopped) return;
    isPumping = true;
    try {
      while (isAskedAgain) {
        isAskedAgain = false;
        for (const command of scheduler.step(now())) carryOut(command);
      }
    } finally {
      isPumping = false;
    }
    wakeAt(scheduler.nextAtMs());
  }

  function wakeAt(nextMs: number | undefined): void {
    if (nextMs === undefined || (tick && tick.atMs <= nextMs)) return; // waking early is harmless
    tick?.cancel();
    tick = timers.at(Math.max(nextMs, now() + 1), () => {
      tick = undefined;
      pump();
    });
  }

  function carryOut(command: Command): void {
    if (command.kind === "load" || command.kind === "unload") {
      const node = byName.get(command.node);
      if (!node) return;
      if (command.kind === "load") loads.load(node, command.model, command.keepAliveS);
      else loads.unload(node, command.model);
      return;
    }
    const ticket = tickets.get(command.kind === "abort" ? command.id : command.request.id);
    if (command.kind === "send") {
      const node = byName.get(command.node);
      if (ticket && node) attempts.begin(ticket, node, command);
      else scheduler.end(command.request.id, { kind: "cancelled" }, now());
    } else if (command.kind === "abort") {
      if (ticket?.sent) attempts.breakOff(ticket.sent, { fault: "unreachable", why: command.why });
    } else if (ticket) {
      leave(ticket);
      ticket.reject(giveUpError(command.reason, ticket.want.model, { nodes, last: ticket.lastFailure }));
    }
  }

  /** It is over, one way or the other. */
  function leave(ticket: Ticket): void {
    tickets.delete(ticket.id);
    ticket.caller.removeEventListener("abort", ticket.onAbort);
    room.forget(ticket);
    options.onEnd();
  }

  function abort(ticket: Ticket): void {
    if (ticket.sent) {
      ticket.sent.own.abort(ticket.caller.reason);
      return;
    }
    scheduler.cancel(ticket.id, now());
    leave(ticket);
    ticket.reject(cancelled());
    pump();
  }

  function enter(ticket: Ticket): void {
    const { onWaiting: _, ...request } = ticket.want;
    tickets.set(ticket.id, ticket);
    ticket.caller.addEventListener("abort", ticket.onAbort, { once: true });
    scheduler.add({ ...request, id: ticket.id }, now());
    pump();
    if (!ticket.sent && tickets.has(ticket.id)) room.admit(ticket);
  }

  return {
    watch,
    route(want, caller, attempt) {
      if (isStopped || caller.aborted) return Promise.reject(cancelled());
      if (nodes.length === 0) return Promise.reject(fleetEmpty(nodes));
      return new Promise((resolve, reject) => {
        lastId += 1;
        const ticket: Ticket = {
          ...{ id: lastId, want, caller, attempt, reject, isCounted: false },
          resolve: resolve as (value: unknown) => void,
          ...{ sent: undefined, lastFailure: undefined, notice: undefined, told: undefined },
          onAbort: () => abort(ticket),
        };
        enter(ticket);
      });
    },
    explain: (want) => scheduler.explain(want, now()),
    decisions: () => scheduler.decisions(),
    overview: () => scheduler.overview(now()),
    async drain(name, isDrained) {
      const node = byName.get(name);
      if (!node) throw new PilotoError("SETTINGS_INVALID", noSuchNode(name, nodes));
      node.isDrained = isDrained;
      options.onDrain();
      onLook(node);
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      watch.stop();
      loads.stop();
      tick?.cancel();
      for (const ticket of [...tickets.values()]) abort(ticket);
    },
  };
}

function noSuchNode(name: string, nodes: readonly WatchedNode[]): string {
  const names = nodes.map((node) => node.name).join(", ") || "none";
  return `There is no GPU PC named ${name}. The settings name: ${names}.`;
}
