import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Card } from "../../core/domain/card.ts";
import type { Language } from "../../core/domain/chat.ts";
import { type AccountId, asId, type BootId, type ChatId, type ProjectId } from "../../core/domain/ids.ts";
import type { PlanRun, PressAction } from "../../core/domain/plan-run.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project, type ProjectLimits } from "../../core/domain/project.ts";
import { type Core, createCore, type PlanChange } from "../../core/index.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { openSqlite } from "../../storage/index.ts";
import { type FakeFleet, fakeFleet } from "../support/fake-fleet.ts";
import { type FakeTools, fakeTools } from "../support/fake-tools.ts";
import { countingIds, type ManualClock, manualClock, settle } from "../support/manual-clock.ts";
import { type MemoryPlatform, memoryPlatform } from "../support/memory-platform.ts";
import { SHOP_TOOLS } from "../support/shop-tools.ts";
import { silentLogger } from "../support/silent-logger.ts";

export const SHOP = asId<ProjectId>("shop");
export const DESK = asId<ChatId>("desk:main");
export const PHONE = asId<ChatId>("phone:main");
export const account = (name: string) => asId<AccountId>(name);

/** What outlives a process: the disk, the services with their effects, the chats, the models and time. */
export interface CoreWorld {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly tools: FakeTools;
  readonly fleet: FakeFleet;
  readonly desk: MemoryPlatform;
  readonly phone: MemoryPlatform;
  /** What the settings say; `begin` puts it into the store. */
  project: Project;
  readonly language?: Language;
}

/** A shop where everybody may propose, Ben may confirm, and Eve is nobody. */
export function coreWorld({
  brain = simulatedBrain(),
  limits = {},
}: {
  brain?: Brain;
  limits?: Partial<ProjectLimits>;
} = {}): CoreWorld {
  return {
    folder: mkdtempSync(path.join(tmpdir(), "piloto-core-")),
    clock: manualClock(),
    tools: fakeTools(...SHOP_TOOLS),
    fleet: fakeFleet(brain),
    desk: memoryPlatform({ face: "desk" }),
    phone: memoryPlatform({ face: "phone" }),
    project: {
      id: SHOP,
      name: "Shop",
      access: {
        propose: [account("desk:ana"), account("desk:ben"), account("phone:ben")],
        confirm: [account("desk:ben"), account("phone:ben")],
        administer: [],
      },
      limits: { ...DEFAULT_LIMITS, ...limits },
      readsNeedNoConfirmation: false,
      draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
    },
  };
}

/** One process of Piloto in a world. */
export interface CoreLife {
  readonly core: Core;
  readonly stores: Stores;
  /** Says something and waits until all that follows from it is over. */
  say(text: string, by?: string, chatId?: ChatId): Promise<void>;
  press(action: PressAction, more?: { by?: string; run?: PlanRun; revision?: number; change?: PlanChange }): Pressed;
  /** The newest run of a chat. */
  run(chatId?: ChatId): Promise<PlanRun>;
  card(chatId?: ChatId): Card;
  /** What was said at the desk, oldest first. */
  said(): string[];
  /** Lets what is ready happen, then moves time on. */
  pass(ms: number): Promise<void>;
  /** Moves time on, in small steps, until nothing waits, runs or is untold. */
  idle(): Promise<void>;
  /** The next commit ends the process: before it, nothing of it stands; after it, nobody hears of it. */
  dieAtNextCommit(when: "before" | "after"): void;
  /** The process is gone: it writes nothing any more. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

type Pressed = ReturnType<Core["pressButton"]>;

let lives = 0;

/** Starts a process on the world's disk. A later one of the same world owns what an earlier one left. */
export async function begin(world: CoreWorld): Promise<CoreLife> {
  let dieAt: "before" | "after" | "now" | undefined;
  const stores = await openSqlite({
    folder: world.folder,
    onCommitPoint(when) {
      if (dieAt !== "now" && dieAt !== when) return;
      dieAt = "now";
      throw new Error("The process was killed here.");
    },
  });
  await stores.atomically((tx) => tx.projects.put(world.project));
  const n = ++lives;
  const { clock, fleet, desk, phone } = world;
  const core = createCore({
    stores,
    fleet,
    tools: [world.tools],
    platforms: [desk, phone],
    clock,
    ids: countingIds(`life${n}`),
    logger: silentLogger(),
    boot: { id: asId<BootId>(`boot-${String(n).padStart(4, "0")}`), processName: "shop" },
    language: world.language,
  });
  await core.start();
  const run = async (chatId = DESK) => {
    const page = await stores.read((tx) => tx.runs.page({ chatId }, { limit: 1 }));
    if (!page.items[0]) throw new Error(`No run in ${chatId}.`);
    return page.items[0];
  };
  async function idle(): Promise<void> {
    let isIdle = false;
    const watching = core.idle().finally(() => {
      isIdle = true;
    });
    while (!isIdle) {
      await clock.advance(20);
      await settle();
    }
    await watching;
  }
  let said = 0;
  return {
    core,
    idle,
    stores,
    run,
    async say(text, by = "desk:ana", chatId = DESK) {
      const key = `life${n}-${++said}`;
      await core.receiveMessage({ key, chatId, account: account(by), text, projectId: SHOP });
      await idle();
    },
    async press(action, { by = "desk:ben", run: about, revision, change } = {}) {
      const { id, revision: now } = about ?? (await run());
      return core.pressButton({ runId: id, revision: revision ?? now, action, by: account(by), change });
    },
    card(chatId = DESK) {
      const card = (chatId === DESK ? desk : phone).card(chatId);
      if (!card) throw new Error(`No card in ${chatId}.`);
      return card;
    },
    said: () => desk.said(DESK),
    async pass(ms) {
      await settle();
      await clock.advance(ms);
      await settle();
    },
    dieAtNextCommit(when) {
      dieAt = when;
    },
    async kill() {
      dieAt = "now";
      await stores.close();
    },
    async end() {
      const stopping = core.stop(1_000);
      await settle();
      await clock.advance(2_000);
      await stopping;
      await stores.close();
    },
  };
}
