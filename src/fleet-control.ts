import type { FleetModel, FleetNode } from "../core/domain/fleet-node.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ModelFleet } from "../core/ports/model-fleet.ts";
import type { Stores } from "../core/ports/stores.ts";
import { setDrained } from "./drained-pcs.ts";
import type { Router } from "./fleet/route/router.ts";
import type { Explanation, FleetRequest, SchedulerOverview } from "./fleet/schedule/shapes.ts";

/** How the fleet stands at a moment, as one picture. */
export interface FleetPicture {
  readonly nodes: readonly FleetNode[];
  readonly models: readonly FleetModel[];
  readonly scheduler: SchedulerOverview;
  /** Where other programs reach it. */
  readonly endpointUrl?: string;
}

/** What commands beside a running Piloto may ask of its fleet. */
export interface FleetControl {
  picture(): Promise<FleetPicture>;
  explain(request: Omit<FleetRequest, "id">): Promise<Explanation>;
  /** Newest first. */
  decisions(): readonly Explanation[];
  /** `false`: it was so already. @throws PilotoError SETTINGS_INVALID: no such PC */
  drain(node: string, isDrained: boolean, by: string): Promise<boolean>;
}

export interface FleetControlDeps {
  readonly fleet: ModelFleet;
  readonly router: Pick<Router, "explain" | "decisions" | "overview" | "drain">;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly endpointUrl?: () => string | undefined;
}

export function createFleetControl({ fleet, router, stores, clock, endpointUrl }: FleetControlDeps): FleetControl {
  return {
    async picture() {
      const [nodes, models] = [await fleet.nodes(), await fleet.models()];
      return { nodes, models, scheduler: router.overview(), endpointUrl: endpointUrl?.() };
    },
    async explain(request) {
      await fleet.nodes();
      return router.explain(request);
    },
    decisions: () => router.decisions(),
    async drain(node, isDrained, by) {
      await router.drain(node, isDrained);
      return setDrained({ node, isDrained, by }, { stores, clock });
    },
  };
}
