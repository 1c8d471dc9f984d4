import type { HomeView } from "@slack/types";
import { z } from "zod";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { whoOf } from "../people/actors.ts";
import { homeView } from "../show/home-view.ts";
import type { HearDeps } from "./hear-deps.ts";

const Opened = z.looseObject({ user: z.string(), tab: z.string().optional() });

/** The home pages that people have before them. */
export interface Homes {
  /** `app_home_opened`: shows the page, and keeps it up to date for a while. */
  open(event: unknown, where: { team: string; bot: SlackBot }): Promise<void>;
  /** Something changed: open pages are shown again, each at most once in `homeEveryMs`. */
  changed(): void;
  /** Shows nothing from now on, and waits for what is being shown. */
  stop(): Promise<void>;
}

interface Page {
  readonly team: string;
  readonly user: string;
  readonly bot: SlackBot;
  readonly untilMs: number;
  shown: string;
  /** One picture after the other: an older one must not come last. */
  turn: Promise<void>;
}

/** More than that are not kept up to date; they are shown when they are opened. */
const MOST_PAGES = 200;

/** App Home: shown when it is opened, and again when something changes while it may still be open. */
export function openHomes(deps: HearDeps): Homes {
  const { clock, limits, logger, state } = deps;
  const pages = new Map<string, Page>();
  const ending = new AbortController();
  let isStale = false;
  let round: Promise<void> | undefined;

  function show(page: Page): Promise<void> {
    page.turn = page.turn.then(() => draw(page));
    return page.turn;
  }

  async function draw(page: Page): Promise<void> {
    try {
      const overview = await deps.core.overview(await whoOf(page, deps));
      const view: HomeView = homeView(overview);
      const drawn = JSON.stringify(view);
      if (drawn === page.shown) return;
      await page.bot.client.views.publish({ user_id: page.user, view });
      page.shown = drawn;
      state.count("homes");
    } catch (error) {
      const { code, why } = explainFailure(error);
      logger.warn({ team: page.team, code }, `A home page could not be shown. ${why}`);
      // Shown again when it is opened again.
      pages.delete(`${page.team}/${page.user}`);
    }
  }

  /** One round at a time, one page after the other: home pages never crowd out cards. */
  async function rounds(): Promise<void> {
    while (isStale && !ending.signal.aborted) {
      isStale = false;
      for (const [key, page] of [...pages]) {
        if (page.untilMs < clock.nowMs()) pages.delete(key);
        else if (!ending.signal.aborted) await show(page);
      }
      await clock.sleep(limits.homeEveryMs, ending.signal);
    }
    round = undefined;
  }

  return {
    async open(event, { team, bot }) {
      const { user, tab } = Opened.parse(event);
      if (tab !== undefined && tab !== "home") return;
      const key = `${team}/${user}`;
      const turn = pages.get(key)?.turn ?? Promise.resolve();
      const page: Page = { team, user, bot, untilMs: clock.nowMs() + limits.homeOpenMs, shown: "", turn };
      pages.delete(key);
      pages.set(key, page);
      const [oldest] = pages.keys();
      if (pages.size > MOST_PAGES && oldest !== undefined) pages.delete(oldest);
      await show(page);
    },
    changed() {
      if (pages.size === 0 || ending.signal.aborted) return;
      isStale = true;
      round ??= rounds();
    },
    async stop() {
      ending.abort();
      await round;
    },
  };
}
