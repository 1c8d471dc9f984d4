import type { Clock } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { createQuietProbing } from "./fleet/probe/probe-quietly.ts";
import { withPlanning } from "./fleet/probe/with-planning.ts";
import { openVerdicts } from "./model-verdicts.ts";
import type { Settings } from "./settings.ts";

/**
 * The fleet of a running Piloto: its models carry what tests showed, and those that nobody tested are tested while
 * their PCs are idle, from its start to its stop.
 */
export function testedFleet(
  opened: Fleet,
  settings: Pick<Settings, "dataFolder">,
  deps: { readonly clock: Clock; readonly logger: Logger },
): Fleet {
  const verdicts = openVerdicts(settings, deps);
  const fleet = withPlanning(opened, verdicts);
  const { router, prepare } = fleet;
  const probing = createQuietProbing({ ...deps, fleet, router, prepare, verdicts });
  return {
    ...fleet,
    start() {
      fleet.start();
      probing.start();
    },
    async stop() {
      const stopped = probing.stop();
      await fleet.stop();
      await stopped;
    },
  };
}
