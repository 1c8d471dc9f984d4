import Bottleneck from "bottleneck";

/** So many at once, then one every `everyMs`. */
export interface LanePace {
  readonly burst: number;
  /** A multiple of 250 is kept exactly; anything else is rounded up to one. */
  readonly everyMs: number;
}

/**
 * What may be sent to a platform in one place (a workspace, a server): many lanes, each with its own pace (a channel,
 * a method), and a pace for all together. Within a lane the more urgent goes first.
 */
export interface SendLanes {
  /** Runs `work` when the lane, and all lanes together, have room. `priority` 0 goes before 9. */
  run<T>(lane: string, pace: LanePace, priority: number, work: () => Promise<T>): Promise<T>;
  /** How many wait or run in a lane. */
  waiting(lane: string): number;
}

/** Each costs a timer; idle ones are dropped beyond this. */
const MOST_LANES = 60;
const TICK_MS = 250;

export function createSendLanes(together: LanePace): SendLanes {
  const all = new Bottleneck(optionsOf(together));
  const lanes = new Map<string, Bottleneck>();

  function laneOf(name: string, pace: LanePace): Bottleneck {
    const known = lanes.get(name);
    if (known) return known;
    if (lanes.size >= MOST_LANES) dropIdle(lanes);
    const lane = new Bottleneck(optionsOf(pace)).chain(all);
    lanes.set(name, lane);
    return lane;
  }

  return {
    run: (name, pace, priority, work) => laneOf(name, pace).schedule({ priority }, work),
    waiting: (name) => countOf(lanes.get(name)),
  };
}

/** Bottleneck looks every 250 ms whether the reservoir grows (`heartbeatInterval` of its local store). */
function optionsOf({ burst, everyMs }: LanePace): Bottleneck.ConstructorOptions {
  return {
    reservoir: burst,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseInterval: Math.max(1, Math.ceil(everyMs / TICK_MS)) * TICK_MS,
    reservoirIncreaseMaximum: burst,
  };
}

/** A lane that is forgotten begins with a full burst again: the pace of all together still holds. */
function dropIdle(lanes: Map<string, Bottleneck>): void {
  for (const [name, lane] of lanes) {
    if (countOf(lane) > 0) continue;
    lanes.delete(name);
    void lane.disconnect();
  }
}

function countOf(lane: Bottleneck | undefined): number {
  if (!lane) return 0;
  const { RECEIVED, QUEUED, RUNNING, EXECUTING } = lane.counts();
  return RECEIVED + QUEUED + RUNNING + EXECUTING;
}
