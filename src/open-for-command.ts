import path from "node:path";
import type { BootId } from "../core/domain/ids.ts";
import { type Core, createCore } from "../core/index.ts";
import type { Clock, IdSource } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import type { Stores } from "../core/ports/stores.ts";
import { createBuiltInTools } from "../core/tools/built-in.ts";
import { knownTokens } from "./chat-app-settings.ts";
import { systemClock } from "./clock.ts";
import { demoNodes } from "./demo/demo-nodes.ts";
import { drainedPcs } from "./drained-pcs.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { withPlanning } from "./fleet/probe/with-planning.ts";
import { openFleetMemory } from "./fleet-memory.ts";
import { fleetSetup } from "./fleet-setup.ts";
import { timeOrderedIds } from "./ids.ts";
import { openLog } from "./logger.ts";
import { openVerdicts } from "./model-verdicts.ts";
import { openStores } from "./open-stores.ts";
import { recordSettings } from "./record-settings.ts";
import { openSecrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import type { FleetModels } from "./settings-fleet.ts";
import { createEgress, type Egress } from "./tools/egress.ts";
import { createHttpTools } from "./tools/http-provider.ts";

/** What one command works with: the data of a Piloto that may be running beside it. */
export interface CommandHouse {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly egress: Egress;
  readonly logger: Logger;
  /** The PCs of the settings, opened when asked for. */
  fleet(): Promise<Fleet>;
  /** The core for decisions alone: it is not started, so it runs nothing and answers nobody. */
  core(): Promise<Core>;
  close(): Promise<void>;
}

/**
 * Opens the store without owning it, so that it works beside a running Piloto. Starts no runner and no HTTP server.
 * @throws PilotoError as `openStores`, and SECRET_UNREADABLE
 */
export async function openForCommand(settings: Settings): Promise<CommandHouse> {
  const stores = await openStores(settings);
  const clock = systemClock();
  const ids = timeOrderedIds();
  try {
    // Only before the first start. Later a command with other settings than the running Piloto's, started in another
    // folder say, must not change who may do what there.
    const isNew = (await stores.read((tx) => tx.projects.list())).length === 0;
    if (isNew) await recordSettings(settings, { stores, clock });
    const secrets = await openSecrets({ stores, clock, keyFile: settings.keyFile, known: knownTokens(settings) });
    const logger = openLog({ level: process.env.PILOTO_DEBUG ? settings.log.level : "silent", redact: secrets.redact });
    const parts = { settings, stores, secrets, clock, ids, logger, egress: createEgress() };
    return { ...parts, ...lazyParts(parts) };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

/** Who only looks loads nothing; pins are for a Piloto that runs. */
function withoutPins(models: FleetModels): FleetModels {
  return Object.fromEntries(Object.entries(models).map(([name, { pinned: _, ...rules }]) => [name, rules]));
}

type Parts = Omit<CommandHouse, "fleet" | "core" | "close">;

function lazyParts(parts: Parts): Pick<CommandHouse, "fleet" | "core" | "close"> {
  const { settings, stores, clock, ids, logger } = parts;
  let fleet: Promise<Fleet> | undefined;
  const openFleet = async (): Promise<Fleet> => {
    const { createFleet } = await import("./fleet/fleet.ts");
    const nodes = settings.isDemo ? await demoNodes(stores) : settings.fleet;
    // A running Piloto writes what it learns; a command only reads it.
    const { read } = openFleetMemory(path.join(settings.dataFolder, "fleet-memory.json"), logger);
    const setup = fleetSetup({ ...settings, models: withoutPins(settings.models) }, nodes);
    const opened = createFleet({ ...setup, clock, logger, memory: { read, write: () => {} } });
    const drained = await drainedPcs(stores);
    for (const { name } of nodes) await opened.router.drain(name, drained.has(name));
    return withPlanning(opened, openVerdicts(settings, { clock, logger }));
  };
  const fleetOnce = () => {
    fleet ??= openFleet();
    return fleet;
  };
  return {
    fleet: fleetOnce,
    async core() {
      const boot = { id: ids.next() as BootId, processName: `command ${process.pid}` };
      const fleet = await fleetOnce();
      const tools = [createHttpTools(parts), createBuiltInTools({ fleet })];
      return createCore({
        stores,
        fleet,
        tools,
        platforms: [],
        clock,
        ids,
        logger,
        boot,
        language: settings.language,
        defaultProject: settings.defaultProject,
      });
    },
    async close() {
      await (await fleet)?.stop();
      await stores.close();
    },
  };
}
