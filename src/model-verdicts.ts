import path from "node:path";
import type { Clock } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import { createVerdicts, type Verdicts } from "./fleet/probe/verdicts.ts";
import { openFleetMemory } from "./fleet-memory.ts";
import type { Settings } from "./settings.ts";

/** What tests of models showed, in a file of the data folder that commands and a running Piloto share. */
export function openVerdicts(
  { dataFolder }: Pick<Settings, "dataFolder">,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Verdicts {
  return createVerdicts(openFleetMemory(path.join(dataFolder, "model-tests.json"), logger), clock);
}
