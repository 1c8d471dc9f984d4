import { expect, test } from "vitest";
import type { SlackThread } from "../../bots/slack/slack-ids.ts";
import { type AccountId, asId, type BootId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import { DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { createProgressPoster } from "../../core/progress/progress-poster.ts";
import { exampleRun } from "../support/example-run.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();
const CHATS = 30;
const FASTER = 40;

/** Time that runs forty times as fast, so that pauses are kept, and short. */
function fastClock(): Clock {
  const startMs = Date.now();
  return {
    nowMs: () => startMs + (Date.now() - startMs) * FASTER,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(ms, 3_600_000) / FASTER);
        timer.unref();
        signal?.addEventListener("abort", wake);
      }),
  };
}

test("through failures before and after the effect, rate limits and deaths of Piloto, each card and sentence is there once, and ends right", async () => {
  const clock = fastClock();
  const { stores } = house;
  const project = asId<never>("workshop");
  await stores.atomically((tx) =>
    tx.projects.put({
      id: project,
      name: "Workshop",
      access: { propose: [], confirm: [], administer: [] },
      limits: DEFAULT_LIMITS,
      readsNeedNoConfirmation: false,
      draftLifeMs: 1,
    }),
  );
  let boots = 0;
  const start = () => {
    boots += 1;
    const boot = { id: asId<BootId>(`boot-${boots}`), processName: "piloto" };
    void stores.atomically((tx) => tx.queue.boot({ ...boot, atMs: clock.nowMs() }));
    let isDead = false;
    const clientFor = async (team: string) => {
      if (isDead) throw new Error("This process is dead.");
      return house.client(team);
    };
    const platforms = [house.platform({ clock, clientFor })];
    const poster = createProgressPoster({ stores, platforms, clock, logger: silentLogger(), boot });
    poster.start();
    /** What was sent is sent, and nobody hears the answer; nothing more is. */
    const die = async () => {
      isDead = true;
      await poster.stop(60_000);
    };
    return { poster, die };
  };
  const chats = Array.from({ length: CHATS }, () => house.chat());
  const runs = chats.map(({ chatId }, at) => exampleRun({ id: asId<RunId>(`run-${at}`), chatId, projectId: project }));
  const tell = (chatId: ChatId, key: string) =>
    stores.atomically((tx) => tx.outbox.say(chatId, key, { text: "said once" }, clock.nowMs()));

  house.slack.chaos({
    seed: 14,
    rates: {
      calls: {
        "5xx-before": 0.05,
        "5xx-after": 0.05,
        "cut-before": 0.05,
        "cut-after": 0.05,
        "429": 0.03,
        "ratelimited-200": 0.03,
      },
    },
  });
  let piloto = start();
  for (const [at, run] of runs.entries()) {
    await stores.atomically(async (tx) => {
      await tx.chats.ensure({ id: run.chatId, projectId: project, language: "en", atMs: clock.nowMs() });
      await tx.runs.create(run);
      await announceRun(tx, run, clock.nowMs());
    });
    await tell(run.chatId, `say-${at}`);
    if (at % 10 === 9) {
      await piloto.die();
      piloto = start();
    }
  }
  await piloto.poster.idle();
  for (const run of runs) {
    await stores.atomically(async (tx) => {
      const by = { decidedBy: asId<AccountId>("slack:T0ACME/U0BEN"), decidedAtMs: clock.nowMs() };
      await tx.runs.setState(run.id, { from: "draft", to: "cancelled", ...by, finishedAtMs: clock.nowMs() });
      await announceRun(tx, run, clock.nowMs());
    });
  }
  await piloto.poster.idle();
  await piloto.poster.stop(1_000);
  house.slack.calm();

  const kinds = (thread: SlackThread) =>
    house
      .ours(thread)
      .map(({ metadata }) => metadata?.event_type)
      .sort();
  for (const { thread } of chats) expect(kinds(thread)).toEqual(["piloto_card", "piloto_say"]);
  const texts = chats.map(
    ({ thread }) => house.ours(thread).find(({ metadata }) => metadata?.event_type === "piloto_card")?.text,
  );
  expect(new Set(texts)).toEqual(new Set(["Cancelled · nothing was run\nRaise the stock of M8 bolts to 400"]));
  expect(Object.values(house.slack.struck).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(10);
});
