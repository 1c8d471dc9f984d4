import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { createScriptFace } from "../../bots/index.ts";
import type { Card } from "../../core/domain/card.ts";
import type { RunState } from "../../core/domain/plan-run.ts";
import { systemClock } from "../../src/clock.ts";
import { compose, type House } from "../../src/compose.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import type { SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { type SimulatedPcs, startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { timeOrderedIds } from "../../src/ids.ts";
import { readSettings } from "../../src/settings.ts";

/** The outside world of a story: it stays while Piloto comes and goes. */
export interface World {
  readonly folder: string;
  readonly pcs: SimulatedPcs;
  readonly workshop: Workshop;
  stop(): Promise<void>;
}

const GIB = 2 ** 30;
const planner = {
  name: "simulated-planner:8b",
  sizeBytes: 5 * GIB,
  capabilities: ["completion", "tools"],
  contextLength: 32_768,
} satisfies SimulatedPc["models"][number];

export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-story-"));
  const spec = (name: string): SimulatedPc => ({ name, models: [planner], vramBytes: 24 * GIB });
  const pcs = await startSimulatedPcs([spec("pc-north"), spec("pc-south")], {
    brain: simulatedBrain(),
    clock: systemClock(),
    timeFactor: 0.002,
  });
  const workshop = await startWorkshop();
  const settings = {
    fleet: pcs.nodes,
    logLevel: "silent",
    projects: {
      workshop: {
        name: "Workshop",
        access: {
          propose: ["terminal:ana", "terminal:ben"],
          confirm: ["terminal:ben"],
          administer: ["terminal:ben"],
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

/** One life of Piloto in a world, driven by script lines as a person at the terminal would. */
export interface Life {
  readonly house: House;
  /** Plays script lines; fails when one of them does. */
  play(...lines: object[]): Promise<void>;
  /** Plays them without waiting for their end. */
  begin(...lines: object[]): Promise<number>;
  /** Everything the chat was told, in order. */
  readonly events: readonly StoryEvent[];
  cards(): Card[];
  /** The latest card of the latest run. */
  card(): Card;
  said(): string[];
  presses(): StoryEvent[];
  waitFor(state: RunState): Promise<Card>;
  stop(): Promise<void>;
}

export type StoryEvent = { readonly type: string; readonly [key: string]: unknown };

export async function wake(world: World): Promise<Life> {
  const events: StoryEvent[] = [];
  const stdout = new PassThrough();
  let rest = "";
  stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) events.push(JSON.parse(line) as StoryEvent);
  });
  const face = createScriptFace({
    json: true,
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough().resume(),
    env: {},
    clock: systemClock(),
    ids: timeOrderedIds(),
    account: "ana",
    chat: "floor",
  });
  const settings = readSettings({ env: { PILOTO_DATA_DIR: world.folder }, folder: world.folder });
  const house = await compose(settings, { platforms: [face.platform], serve: false });
  face.attach(house.core);
  await house.start();
  await registered(house);
  const begin = (...lines: object[]) => face.run(lines.map((line) => JSON.stringify(bounded(line))).join("\n"));
  const cards = () => events.filter((event) => event.type === "card") as unknown as Card[];
  const life: Life = {
    house,
    events,
    begin,
    async play(...lines) {
      const code = await begin(...lines);
      if (code !== 0) throw new Error(`The script failed: ${JSON.stringify(events.at(-1))}`);
    },
    cards,
    card() {
      const last = cards().at(-1);
      if (!last) throw new Error(`No card was shown: ${JSON.stringify(events)}`);
      return last;
    },
    said: () => events.filter((event) => event.type === "say").map((event) => String(event.text)),
    presses: () => events.filter((event) => event.type === "pressed"),
    async waitFor(state) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const card = cards().at(-1);
        if (card?.state === state) return card;
        if (Date.now() > deadline) throw new Error(`No card in state ${state}; last: ${JSON.stringify(card)}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    stop: () => house.stop(),
  };
  return life;
}

/** Services are registered beside the start; a story needs them. */
async function registered(house: House): Promise<void> {
  const deadline = Date.now() + 10_000;
  const { defaultProject } = house.settings;
  for (;;) {
    const services = await house.stores.read((tx) => tx.services.list(defaultProject));
    if (services.length > 0) return;
    if (Date.now() > deadline) throw new Error("The workshop was not registered in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const WITHIN_S = 15;
const bounded = (line: object): object => ("wait" in line ? { within: WITHIN_S, ...line } : line);
