import type { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { FleetLimits } from "../fleet-options.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import type { Timers } from "../timers.ts";
import { lineIsFull } from "./give-up-words.ts";
import { createPlacesInLine } from "./places-in-line.ts";
import type { Ticket } from "./ticket.ts";
import { FIRST_NOTICE_MS, isNews, NOTICE_EVERY_MS } from "./waiting-notice.ts";
import type { NodeWatch } from "./watch-nodes.ts";

/** Those who wait: so many of each class, and told now and then what they wait for. */
export interface WaitingRoom {
  /** A request that was not sent at once. It is turned away with FLEET_BUSY when too many wait already. */
  admit(ticket: Ticket): void;
  /** One whose PC failed waits again; it is turned away no more. */
  readmit(ticket: Ticket): void;
  /** It waits no longer. A second call does nothing. */
  forget(ticket: Ticket): void;
}

interface RoomDeps {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: Pick<FleetLimits, "waiting">;
  readonly watch: NodeWatch;
  readonly pump: () => void;
  readonly leave: (ticket: Ticket) => void;
}

export function createWaitingRoom(deps: RoomDeps): WaitingRoom {
  const { scheduler, clock, timers, limits, watch } = deps;
  const lines = { interactive: createPlacesInLine(limits.waiting), batch: createPlacesInLine(limits.waiting) };

  function admit(ticket: Ticket): void {
    const { class: kind, share } = ticket.want;
    if (lines[kind].hasPlace(share)) readmit(ticket);
    else turnAway(ticket, lineIsFull(kind, limits.waiting));
  }

  function turnAway(ticket: Ticket, failure: PilotoError): void {
    scheduler.cancel(ticket.id, clock.nowMs());
    deps.leave(ticket);
    ticket.reject(failure);
    deps.pump();
  }

  function readmit(ticket: Ticket): void {
    if (!ticket.isCounted) lines[ticket.want.class].enter(ticket.want.share);
    ticket.isCounted = true;
    if (ticket.want.onWaiting) ticket.notice = timers.at(clock.nowMs() + FIRST_NOTICE_MS, () => tell(ticket));
    if (isSomeoneUp(ticket)) return;
    watch.start(); // nobody else would notice that a PC is back
    void watch.lookAtAll();
  }

  const isSomeoneUp = ({ want }: Ticket) =>
    watch.nodes.some((node) => node.health === "up" && node.modelFacts.has(want.model));

  function tell(ticket: Ticket): void {
    const nowMs = clock.nowMs();
    ticket.notice = timers.at(nowMs + NOTICE_EVERY_MS, () => tell(ticket));
    const guess = scheduler.estimate(ticket.id, nowMs);
    // Others may be up: it is those with the model that are waited for.
    const wait = guess && !isSomeoneUp(ticket) ? ({ ahead: guess.ahead, why: "no-pc" } as const) : guess;
    if (!wait || !isNews(ticket.told, wait, nowMs)) return;
    ticket.told = { wait, atMs: nowMs };
    ticket.want.onWaiting?.(wait);
  }

  return {
    admit,
    readmit,
    forget(ticket) {
      if (ticket.isCounted) lines[ticket.want.class].leave(ticket.want.share);
      ticket.isCounted = false;
      ticket.notice?.cancel();
      ticket.notice = undefined;
    },
  };
}
