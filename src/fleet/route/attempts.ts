import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { cancelled, nodeUnreachable } from "../fleet-failures.ts";
import type { FleetTiming } from "../fleet-options.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import type { Fault } from "../schedule/shapes.ts";
import type { Timers } from "../timers.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { faultOf } from "./fault-of.ts";
import type { Place } from "./router.ts";
import type { Sent, Ticket } from "./ticket.ts";
import type { WaitingRoom } from "./waiting-room.ts";
import type { NodeWatch } from "./watch-nodes.ts";
import type { WatchedNode } from "./watched-node.ts";

/** Runs requests at the places they got, and reports how they ended. */
export interface Attempts {
  begin(
    ticket: Ticket,
    node: WatchedNode,
    told: { readonly keepAliveS: number; readonly firstTokenBudgetMs: number },
  ): void;
  /** Aborts a try that has no token yet; the request goes elsewhere. */
  breakOff(sent: Sent, broken: { readonly fault: Fault; readonly why: string }): void;
}

interface AttemptDeps {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Pick<FleetTiming, "firstTokenMs">;
  readonly logger: Logger;
  readonly watch: NodeWatch;
  readonly room: WaitingRoom;
  readonly pump: () => void;
  readonly leave: (ticket: Ticket) => void;
  readonly isStopped: () => boolean;
}

export function createAttempts(deps: AttemptDeps): Attempts {
  const { scheduler, clock, timers, timing, watch, room, pump, leave } = deps;

  function begin(ticket: Ticket, node: WatchedNode, told: { keepAliveS: number; firstTokenBudgetMs: number }): void {
    room.forget(ticket);
    const own = new AbortController();
    const sent: Sent = { node, own, hasFirstToken: false, usage: undefined, budget: undefined, broken: undefined };
    ticket.sent = sent;
    const firstTokenBudgetMs = Math.min(told.firstTokenBudgetMs, timing.firstTokenMs);
    sent.budget = timers.at(clock.nowMs() + firstTokenBudgetMs, () =>
      breakOff(sent, { fault: "silent", why: `no first token within ${firstTokenBudgetMs / 1000} s` }),
    );
    void run(ticket, sent, {
      node,
      client: node.client,
      keepAliveS: told.keepAliveS,
      firstTokenBudgetMs,
      signal: own.signal,
      firstToken() {
        if (sent.hasFirstToken || ticket.sent !== sent) return;
        sent.hasFirstToken = true;
        sent.budget?.cancel();
        scheduler.firstToken(ticket.id, clock.nowMs());
        pump();
      },
      usage(usage) {
        sent.usage = usage;
      },
    });
  }

  function breakOff(sent: Sent, broken: { readonly fault: Fault; readonly why: string }): void {
    if (sent.hasFirstToken || sent.broken) return;
    sent.broken = broken;
    sent.own.abort(new Error(broken.why));
  }

  async function run(ticket: Ticket, sent: Sent, place: Place): Promise<void> {
    let value: unknown;
    try {
      value = await ticket.attempt(place);
    } catch (error) {
      sent.budget?.cancel();
      await lookFirst(ticket, sent, error);
      failed(ticket, sent, error);
      return;
    }
    sent.budget?.cancel();
    scheduler.end(ticket.id, { kind: "done", ...sent.usage }, clock.nowMs());
    leave(ticket);
    ticket.resolve(value);
    pump();
  }

  /** Where the connection broke, one look tells whether the PC is gone: then the request may wait for its return. */
  async function lookFirst({ caller }: Ticket, sent: Sent, error: unknown): Promise<void> {
    if (deps.isStopped() || caller.aborted || sent.broken || faultOf(error) !== "unreachable") return;
    await unlessAborted(watch.sawFailure(sent.node, error), caller);
  }

  function failed(ticket: Ticket, sent: Sent, error: unknown): void {
    const isCancelled = deps.isStopped() || ticket.caller.aborted;
    const fault = isCancelled ? undefined : (sent.broken?.fault ?? faultOf(error));
    if (!fault) {
      over(ticket, isCancelled ? "cancelled" : "refused", isCancelled ? cancelled() : error);
      return;
    }
    const isBeforeFirstToken = !sent.hasFirstToken && fault !== "cut-off";
    const failure = sent.broken ? nodeUnreachable(sent.node, sent.broken.why, error) : error;
    const why = failure instanceof PilotoError ? failure.message : "";
    scheduler.end(ticket.id, { kind: "failed", fault, isBeforeFirstToken, why }, clock.nowMs());
    ticket.sent = undefined;
    if (fault !== "busy" && fault !== "unreachable") void watch.sawFailure(sent.node, error);
    if (isBeforeFirstToken) {
      deps.logger.debug({ node: sent.node.name, model: ticket.want.model, why }, "a request goes elsewhere");
      ticket.lastFailure = failure as PilotoError;
      room.readmit(ticket);
    } else {
      leave(ticket);
      ticket.reject(error);
    }
    pump();
  }

  function over(ticket: Ticket, kind: "cancelled" | "refused", error: unknown): void {
    scheduler.end(ticket.id, { kind }, clock.nowMs());
    leave(ticket);
    ticket.reject(error);
    pump();
  }

  return { begin, breakOff };
}
