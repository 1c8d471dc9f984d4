import { speedOf } from "./learned-rates.ts";
import type { SchedulerOverview } from "./shapes.ts";
import type { World } from "./world.ts";

/** Everything at a glance, for people. */
export function overviewOf(world: World, _nowMs: number): SchedulerOverview {
  const nodes = [...world.nodes.values()];
  return {
    copies: nodes.flatMap((node) =>
      [...node.copies.values()].map(({ model, state, inFlight, slots, sinceMs }) => ({
        node: node.name,
        model: model.name,
        state,
        inFlight,
        slots,
        sinceMs,
      })),
    ),
    queues: [...world.models.values()]
      .filter(({ queue }) => queue.interactive.waiting + queue.batch.waiting > 0)
      .map(({ name, queue }) => ({ model: name, interactive: queue.interactive.waiting, batch: queue.batch.waiting })),
    nodes: nodes.map(({ name, breaker, inFlight }) => ({
      name,
      breaker: breaker.state,
      inFlight,
      speed: world.rates.speed.has(name) ? speedOf(world.rates, name) : undefined,
    })),
  };
}
