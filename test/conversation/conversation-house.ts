import {
  type Conversation,
  type ConversationDeps,
  createConversation,
} from "../../core/conversation/receive-message.ts";
import type { ChatId, ProjectId } from "../../core/domain/ids.ts";
import { asId } from "../../core/domain/ids.ts";
import type { Project } from "../../core/domain/project.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { Tool } from "../../core/domain/tool.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { openSqlite } from "../../storage/index.ts";
import { type FakeFleet, type FakeFleetOptions, fakeFleet } from "../support/fake-fleet.ts";
import { type FakeTools, fakeTools } from "../support/fake-tools.ts";
import { countingIds, type ManualClock, manualClock } from "../support/manual-clock.ts";
import { SHOP_TOOLS } from "../support/shop-tools.ts";
import { silentLogger } from "../support/silent-logger.ts";

export const PROJECT = asId<ProjectId>("shop");
export const CHAT = asId<ChatId>("test:main");

export interface HouseOptions {
  readonly brain?: Brain;
  readonly fleet?: FakeFleetOptions;
  readonly tools?: readonly Tool[];
  readonly project?: Partial<Project>;
  readonly stores?: ConversationDeps["stores"];
  readonly boot?: string;
  /** The boot's name unless said: later boots of one name own what earlier ones left. */
  readonly processName?: string;
  readonly clock?: ManualClock;
  readonly platforms?: ConversationDeps["platforms"];
}

export interface ConversationHouse extends ConversationDeps {
  readonly clock: ManualClock;
  readonly fakeFleet: FakeFleet;
  readonly fakeTools: FakeTools;
  readonly conversation: Conversation;
  /** Says something as an account and waits until it is acted on. */
  say(text: string, as?: string, chatId?: ChatId): Promise<void>;
  /** What Piloto said in the chat, oldest first, plans included. */
  told(chatId?: ChatId): Promise<string[]>;
  lastTold(): Promise<string>;
}

let houses = 0;

/** A conversation over SQLite in memory, a shop of fake tools and one simulated model. */
export async function openConversation(options: HouseOptions = {}): Promise<ConversationHouse> {
  const stores = options.stores ?? (await openSqlite({ folder: ":memory:" }));
  const tools = fakeTools(...(options.tools ?? SHOP_TOOLS));
  const fleet = fakeFleet(options.brain ?? simulatedBrain(), options.fleet);
  const boot = {
    id: asId<ConversationDeps["boot"]["id"]>(options.boot ?? "boot-1"),
    processName: options.processName ?? options.boot ?? "test",
  };
  const deps: ConversationDeps = {
    stores,
    fleet,
    tools: createToolCatalogue([tools]),
    platforms: options.platforms ?? [],
    clock: options.clock ?? manualClock(),
    ids: countingIds(`h${++houses}`),
    logger: silentLogger(),
    boot,
  };
  const project: Project = {
    id: PROJECT,
    name: "Shop",
    access: { propose: [asId("test:*")], confirm: [asId("test:ben"), asId("test:ana")], administer: [] },
    limits: DEFAULT_LIMITS,
    readsNeedNoConfirmation: false,
    draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
    ...options.project,
  };
  await stores.atomically(async (tx) => {
    await tx.projects.put(project);
    await tx.queue.boot({ ...boot, atMs: deps.clock.nowMs() });
  });
  const conversation = createConversation(deps);
  const told = async (chatId = CHAT) => {
    const { items } = await stores.read((tx) => tx.messages.page(chatId, { limit: 200 }));
    return items
      .filter(({ origin }) => origin === "piloto")
      .map(({ text }) => text)
      .reverse();
  };
  let said = 0;
  return {
    ...deps,
    clock: deps.clock as ManualClock,
    fakeFleet: fleet,
    fakeTools: tools,
    conversation,
    async say(text, as = "test:ana", chatId = CHAT) {
      const key = `say-${boot.id}-${++said}`;
      const received = await conversation.receive({ key, chatId, account: asId(as), text, projectId: PROJECT });
      if (received.kind !== "accepted") throw new Error(`Not accepted: ${JSON.stringify(received)}`);
      await conversation.idle(chatId);
    },
    told,
    lastTold: async () => (await told()).at(-1) ?? "",
  };
}
