import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ChatFaceDeps } from "../../bots/shared/chat-face.ts";
import type { SlackPace } from "../../bots/slack/post/slack-pace.ts";
import { createSlackFace, type SlackFace } from "../../bots/slack/slack-face.ts";
import type { SlackLimits, SlackSettings } from "../../bots/slack/slack-settings.ts";
import { systemClock } from "../../src/clock.ts";
import { compose, type House } from "../../src/compose.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { type SimulatedPcs, startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { timeOrderedIds } from "../../src/ids.ts";
import { readSettings } from "../../src/settings.ts";
import { silentLogger } from "../support/silent-logger.ts";
import type { SlackMessage, SlackServer } from "../support/slack-server/slack-server.ts";

/** What outlives Piloto in these tests: PCs, the workshop, the data folder. Slack is given. */
export interface SlackWorld {
  readonly folder: string;
  readonly pcs: SimulatedPcs;
  readonly workshop: Workshop;
  stop(): Promise<void>;
}

const GIB = 2 ** 30;

/** A workshop where Ana may propose, and Ben and the user group S0LEADS may confirm. */
export async function openSlackWorld(more: { accounts?: readonly string[] } = {}): Promise<SlackWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-slack-"));
  const model = {
    name: "simulated-planner:8b",
    sizeBytes: 5 * GIB,
    capabilities: ["completion", "tools"] as const,
    contextLength: 32_768,
  };
  const pcs = await startSimulatedPcs(
    [{ name: "pc-north", models: [{ ...model, capabilities: [...model.capabilities] }], vramBytes: 24 * GIB }],
    {
      brain: simulatedBrain(),
      clock: systemClock(),
      timeFactor: 0.002,
    },
  );
  const workshop = await startWorkshop();
  const accounts = more.accounts ?? [];
  const settings = {
    fleet: pcs.nodes,
    logLevel: "silent",
    projects: {
      workshop: {
        name: "Workshop",
        access: {
          propose: ["slack:T0ACME/U0ANA", "slack:T0ACME/U0BEN", ...accounts],
          confirm: ["slack:T0ACME/U0BEN", "slack:T0ACME/S0LEADS", ...accounts],
          administer: ["slack:T0ACME/U0BEN"],
        },
        services: { workshop: { source: workshop.url, allow: EVERYDAY_WRITES } },
      },
    },
  };
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
  return {
    folder,
    pcs,
    workshop,
    async stop() {
      await Promise.all([pcs.stop(), workshop.stop()]);
    },
  };
}

export const QUICK_PACE: SlackPace = {
  postEveryMs: 0,
  burst: 1_000,
  editsAMinute: 600_000,
  readsAMinute: 600_000,
  callsAtOnce: 10_000,
  callsAMinute: 600_000,
  editEveryMs: 20,
  previewEveryMs: 20,
};

export const QUICK: Partial<SlackLimits> = {
  firstPauseMs: 20,
  longestPauseMs: 200,
  gapMs: 0,
  catchUpPauseMs: 0,
  homeEveryMs: 20,
  groupsMs: 0,
};

/** One life of Piloto in a Slack. */
export interface SlackLife {
  readonly house: House;
  readonly face: SlackFace;
  readonly logger: ReturnType<typeof silentLogger>;
  count(name: string): number;
  stop(): Promise<void>;
}

export type WakeOptions = Partial<SlackSettings> & { readonly clock?: ChatFaceDeps["clock"] };

/** Starts Piloto: the whole house with the real Bolt, at the pace of tests. */
export async function wakeInSlack(
  world: SlackWorld,
  slack: SlackServer,
  { clock, ...more }: WakeOptions = {},
): Promise<SlackLife> {
  const logger = silentLogger();
  const made: { house?: House } = {};
  const late = <K extends "stores" | "secrets">(part: K) =>
    new Proxy({} as House[K], {
      get: (_, name) => Reflect.get(made.house![part] as object, name),
    });
  const settings: SlackSettings = {
    mode: "socket",
    ...(more.clientId ? {} : { botToken: slack.botToken(), appToken: slack.appToken }),
    apiUrl: slack.apiUrl,
    listen: { host: "127.0.0.1", port: 0 },
    places: [],
    fileHosts: [new URL(slack.baseUrl).host],
    ...more,
    limits: { ...QUICK, ...more.limits },
  };
  const deps = {
    stores: late("stores"),
    secrets: late("secrets"),
    clock: clock ?? systemClock(),
    ids: timeOrderedIds(),
    logger,
    language: "en" as const,
  };
  const face = createSlackFace(settings, deps, QUICK_PACE);
  const house = await compose(readSettings({ env: { PILOTO_DATA_DIR: world.folder }, folder: world.folder }), {
    platforms: [face.platform],
    serve: false,
  });
  made.house = house;
  face.attach(house.core);
  await house.start();
  await registered(house);
  await face.start();
  return {
    house,
    face,
    logger,
    count: (name) => face.health().counts[name] ?? 0,
    async stop() {
      await house.core.stop(2_000);
      await face.stop(2_000);
      await house.stop();
    },
  };
}

/** Services are registered beside the start; a story needs them. */
async function registered(house: House): Promise<void> {
  const deadline = Date.now() + 10_000;
  const { defaultProject } = house.settings;
  while ((await house.stores.read((tx) => tx.services.list(defaultProject))).length === 0) {
    if (Date.now() > deadline) throw new Error("The workshop was not registered in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Everything that a message shows, as one text. */
export const shownText = (message: Pick<SlackMessage, "text" | "blocks">): string =>
  `${message.text}\n${JSON.stringify(message.blocks ?? [])}`;
