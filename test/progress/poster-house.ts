import { afterEach, expect } from "vitest";
import { type AccountId, asId, type BootId, type ChatId } from "../../core/domain/ids.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import { DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { createProgressPoster, type ProgressPoster } from "../../core/progress/progress-poster.ts";
import { openSqlite } from "../../storage/index.ts";
import { exampleRun } from "../support/example-run.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";

export const main = asId<ChatId>("memory:main");
export const other = asId<ChatId>("memory:other");

const open: { stores: Stores[]; posters: ProgressPoster[] } = { stores: [], posters: [] };
let boots = 0;

afterEach(async () => {
  for (const poster of open.posters.splice(0)) await poster.stop(0);
  for (const stores of open.stores.splice(0)) await stores.close();
});

interface HouseOptions {
  readonly clock?: ManualClock;
  readonly openStores?: () => Promise<Stores>;
}

interface PosterOptions {
  /** Two processes have two names; the next boot of a name owns what the one before left. */
  readonly processName?: string;
  readonly stores?: Stores;
  readonly redact?: (text: string) => string;
}

/** A database with a project and two chats, and posters over it that the test's end stops. */
export async function house({ clock = manualClock(), openStores }: HouseOptions = {}) {
  const stores = await (openStores ?? (() => openSqlite({ folder: ":memory:" })))();
  open.stores.push(stores);
  await stores.atomically(async (tx) => {
    await tx.projects.put({
      id: asId("workshop"),
      name: "Workshop",
      access: { propose: [asId("memory:*")], confirm: [asId("memory:ben")], administer: [] },
      limits: DEFAULT_LIMITS,
      readsNeedNoConfirmation: false,
      draftLifeMs: 1,
    });
    for (const id of [main, other]) {
      await tx.chats.ensure({ id, projectId: asId("workshop"), language: "en", atMs: clock.nowMs() });
    }
    await tx.people.ensure(asId("memory:ana"), "Ana Pérez", asId("p-ana"));
  });
  const propose = (change: Partial<PlanRun> = {}) =>
    stores.atomically(async (tx) => {
      const run = exampleRun(change);
      await tx.runs.create(run);
      await announceRun(tx, run, clock.nowMs());
      return run;
    });
  const change = (run: PlanRun, to: PlanRun["state"], from: PlanRun["state"] = "draft") =>
    stores.atomically(async (tx) => {
      const decided = { decidedAtMs: clock.nowMs(), decidedBy: asId<AccountId>("memory:ben") };
      const finished = to === "cancelled" ? { finishedAtMs: clock.nowMs() } : {};
      expect(await tx.runs.setState(run.id, { from, to, ...decided, ...finished })).toBe(true);
      await announceRun(tx, run, clock.nowMs());
    });
  const say = (chatId: ChatId, text: string) =>
    stores.atomically((tx) => tx.outbox.say(chatId, `say:${text}`, { text }, clock.nowMs()));
  /** A process that shows the platform, started. */
  const posterOf = (options: PosterOptions, ...platforms: ChatPlatform[]) => {
    boots += 1;
    const boot = { id: asId<BootId>(`boot-${boots}`), processName: options.processName ?? "piloto" };
    const own = options.stores ?? stores;
    // Written before anything that the poster writes.
    void own.atomically((tx) => tx.queue.boot({ ...boot, atMs: clock.nowMs() }));
    const made = createProgressPoster({ ...options, stores: own, platforms, clock, logger: silentLogger(), boot });
    open.posters.push(made);
    made.start();
    return made;
  };
  const poster = (...platforms: ChatPlatform[]) => posterOf({}, ...platforms);
  return { stores, clock, propose, change, say, poster, posterOf };
}
