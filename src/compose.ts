import { hostname } from "node:os";
import path from "node:path";
import type { ChatFace } from "../bots/index.ts";
import { auditEntry } from "../core/access/record-audit.ts";
import type { BootId } from "../core/domain/ids.ts";
import { type Core, createCore } from "../core/index.ts";
import type { ChatPlatform } from "../core/ports/chat-platform.ts";
import type { Clock, IdSource } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import type { Stores } from "../core/ports/stores.ts";
import { createBuiltInTools } from "../core/tools/built-in.ts";
import { dataFolder, openAuditCheckpoints, takeOwnership } from "../storage/index.ts";
import { knownTokens } from "./chat-app-settings.ts";
import { createChatFaces } from "./chat-faces.ts";
import { systemClock } from "./clock.ts";
import { commandPlatform } from "./command-platform.ts";
import { openControlDoor } from "./control-files.ts";
import { drainedPcs } from "./drained-pcs.ts";
import { openEndpointTokens } from "./endpoint-tokens.ts";
import { startFaces, stopFaces } from "./face-lives.ts";
import { createFleet, type Fleet } from "./fleet/fleet.ts";
import { createFleetControl } from "./fleet-control.ts";
import { openFleetMemory } from "./fleet-memory.ts";
import { fleetSetup } from "./fleet-setup.ts";
import { houseState, storageProbe } from "./house-state.ts";
import type { HouseState } from "./http/house-state.ts";
import { timeOrderedIds } from "./ids.ts";
import { keepLooking } from "./keep-looking.ts";
import { openLog } from "./logger.ts";
import { openStores } from "./open-stores.ts";
import { type OpenedThings, openedThings } from "./opened-things.ts";
import { recordSettings } from "./record-settings.ts";
import { registerServices } from "./register-services.ts";
import { openSecrets } from "./secrets.ts";
import { type ServedPrograms, servePrograms } from "./serve-programs.ts";
import { type Settings, settingsHash } from "./settings.ts";
import { testedFleet } from "./tested-fleet.ts";
import { createEgress } from "./tools/egress.ts";
import { createHttpTools } from "./tools/http-provider.ts";
import { watchDisk } from "./watch-disk.ts";

/** Piloto, put together and not yet started. */
export interface House {
  readonly settings: Settings;
  readonly core: Core;
  readonly stores: Stores;
  readonly secrets: Secrets;
  readonly fleet: Fleet;
  /** The chat apps it is in; none when nobody serves. */
  readonly faces: readonly ChatFace[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Aborts at the first failure of the database's disk, the PilotoError its reason: for those who wait for answers. */
  readonly diskFailed: AbortSignal;
  /** Recovers, starts to work, and answers on HTTP. Resolves with the address when it is ready. */
  start(): Promise<{ readonly url?: string; readonly endpointUrl?: string }>;
  /** Finishes or hands back what is under way within `STOP_WITHIN_MS`, then closes everything. Twice does no harm. */
  stop(): Promise<void>;
}

export interface ComposeOptions {
  readonly platforms: readonly ChatPlatform[];
  /** Health over HTTP at the settings' host and port; off for one-shot commands. */
  readonly serve: boolean;
  /** Lines go here instead of stderr: a chat owns the terminal. */
  readonly logFile?: string;
}

const STOP_WITHIN_MS = 10_000;
/** Of these ten seconds, where there are faces. */
const FACES_STOP_WITHIN_MS = 3_000;
const FACES_START_WITHIN_MS = 10_000;

/**
 * The one place where everything meets: settings in, a house out. What was opened before a failure is closed again.
 * @throws PilotoError DATA_IN_USE | DATA_READ_ONLY | DATA_TOO_NEW | DATA_DAMAGED | STORE_UNREACHABLE | SECRET_UNREADABLE
 */
export async function compose(settings: Settings, options: ComposeOptions): Promise<House> {
  const closing = openedThings();
  try {
    return await build(settings, options, closing);
  } catch (error) {
    await closing.closeAll();
    throw error;
  }
}

async function build(settings: Settings, options: ComposeOptions, closing: OpenedThings): Promise<House> {
  const clock = systemClock();
  const ids = timeOrderedIds();
  const owner = takeOwnership(settings.dataFolder);
  closing.add(() => owner.release());
  const { stores, diskFailed } = watchDisk(await openStores(settings));
  closing.add(() => stores.close());
  await recordSettings(settings, { stores, clock });
  const secrets = await openSecrets({ stores, clock, keyFile: settings.keyFile, known: knownTokens(settings) });
  const logFile = options.logFile ?? settings.log.file;
  const logger = openLog({ level: settings.log.level, file: logFile, redact: secrets.redact });
  closing.add(() => logger.close());
  const egress = createEgress();
  const services = { stores, egress, clock, ids };
  const demo = settings.isDemo ? await openDemo(services) : undefined;
  if (demo) closing.add(() => demo.stop());
  const nodes = demo?.nodes ?? settings.fleet;
  const { language, defaultProject } = settings;
  const tokens = openEndpointTokens(secrets);
  const setup = fleetSetup({ ...settings, models: demo?.models ?? settings.models }, nodes);
  const memory = openFleetMemory(path.join(settings.dataFolder, "fleet-memory.json"), logger);
  const opened = createFleet({ ...setup, clock, logger, memory });
  const fleet = testedFleet(opened, settings, { clock, logger });
  closing.add(() => fleet.stop());
  const tools = [createHttpTools({ stores, secrets, clock, logger, egress }), createBuiltInTools({ fleet })];
  const faces = options.serve ? await createChatFaces(settings, { stores, secrets, clock, ids, logger, language }) : [];
  const platforms = [...options.platforms, ...faces.map(({ platform }) => platform), commandPlatform()];
  const files = dataFolder(settings.dataFolder);
  const checkpoints = openAuditCheckpoints(
    { file: files.checkpoints, keyFile: path.join(files.keys, "audit.key") },
    { stores },
  );
  const checkpoint = () => checkpoints.write(clock.nowMs());
  const boot = { id: ids.next() as BootId, processName: processName(settings) };
  const core = createCore({
    ...{ stores, fleet, tools, platforms, clock, ids, logger, checkpoint, boot, language, defaultProject },
    redact: secrets.redact,
  });
  const register = async (signal: AbortSignal) => {
    if (demo) return demo.register();
    // Far services may be slow to answer: Piloto is ready without them.
    const registered = registerServices(settings.projects, { ...services, logger }, signal).catch((error: unknown) =>
      logger.error({ error }, "The services of the settings could not be registered"),
    );
    closing.add(() => registered);
  };
  for (const face of faces) face.attach(core);
  return withLife(
    { settings, core, stores, secrets, fleet, faces, clock, ids, logger, diskFailed },
    {
      ...{ options, closing, register, checkpoint },
      programs: servePrograms(settings.endpoint, { fleet, tokens, weights: setup.weights, clock, logger }),
      nodes: nodes.map(({ name }) => name),
    },
  );
}

async function openDemo(deps: Parameters<typeof import("./demo/demo.ts").startDemo>[0]) {
  const { startDemo } = await import("./demo/demo.ts");
  return startDemo(deps);
}

/** A later process of this name owns what an earlier one left. On a shared server the name tells computers apart. */
function processName({ databaseUrl, dataFolder: folder }: Settings): string {
  return databaseUrl === undefined ? "piloto" : `${hostname()}:${folder}`;
}

type Parts = Omit<House, "start" | "stop">;
interface Life {
  readonly options: ComposeOptions;
  readonly closing: OpenedThings;
  readonly register: (signal: AbortSignal) => Promise<void>;
  readonly checkpoint: () => Promise<unknown>;
  readonly programs: ServedPrograms;
  /** Names of the PCs. */
  readonly nodes: readonly string[];
}

function withLife(parts: Parts, life: Life): House {
  const { options, closing, register, checkpoint, programs, nodes } = life;
  const { settings, core, stores, fleet, faces, clock, logger } = parts;
  const over = new AbortController();
  let phase: HouseState["core"] = "starting";
  let hasStarted = false;
  let stopping: Promise<void> | undefined;
  const audit = (did: "start-piloto" | "stop-piloto") =>
    stores.atomically((tx) =>
      tx.audit.append(auditEntry("piloto", did, "piloto", clock.nowMs(), { settings: settingsHash(settings) })),
    );
  const stop = async () => {
    phase = "stopping";
    over.abort();
    try {
      // The faces stay until the core has told what it hands back; what they still hear is saved for the next start.
      const forFacesMs = faces.length > 0 ? FACES_STOP_WITHIN_MS : 0;
      await core.stop(STOP_WITHIN_MS - forFacesMs).finally(() => stopFaces(faces, forFacesMs, { clock, logger }));
      if (hasStarted) await audit("stop-piloto");
      await checkpoint();
      logger.info({}, "Piloto has stopped");
    } finally {
      await closing.closeAll();
    }
  };
  return {
    ...parts,
    async start() {
      // First what may be refused: a taken port must not leave runs half started.
      const url = options.serve ? await serve(parts, () => phase, life) : undefined;
      await audit("start-piloto");
      hasStarted = true;
      const drained = await drainedPcs(stores);
      for (const node of nodes) await fleet.router.drain(node, drained.has(node));
      fleet.start();
      void keepLooking({ ...parts, programs: options.serve ? programs : undefined }, over.signal);
      // Before the core takes up what an earlier process left: the demo's workshop may have moved.
      await register(over.signal);
      await core.start();
      await startFaces(faces, FACES_START_WITHIN_MS, { clock, logger });
      phase = "started";
      const endpointUrl = programs.url();
      logger.info({ url, data: settings.dataFolder, demo: settings.isDemo }, "Piloto is ready");
      return { url, endpointUrl };
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function serve(
  parts: Parts,
  phase: () => HouseState["core"],
  { closing, programs }: Pick<Life, "closing" | "programs">,
): Promise<string> {
  const { serveHttp } = await import("./http/serve-http.ts");
  const { settings, stores, fleet, clock, logger } = parts;
  const probe = storageProbe(parts);
  const control = createFleetControl({ fleet, router: fleet.router, stores, clock, endpointUrl: programs.url });
  const state = () => houseState(parts, { core: phase(), probe });
  const door = openControlDoor(settings.dataFolder, logger);
  closing.add(door.close);
  const server = await serveHttp(
    settings,
    state,
    door.token === undefined ? undefined : { token: door.token, fleet: control },
  );
  closing.add(() => server.close());
  door.tell(server.url);
  closing.add(() => programs.close());
  await programs.start();
  return server.url;
}
