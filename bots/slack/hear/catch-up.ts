import { explainFailure } from "../connect/explain-failure.ts";
import { SLACK } from "../slack-ids.ts";
import type { HearDeps } from "./hear-deps.ts";
import { hearMessage } from "./hear-message.ts";
import type { HeldPlace } from "./held-threads.ts";

const PAGE = 100;
const MOST_PAGES = 3;
/** Workspaces that are looked at side by side: Slack counts calls by workspace. */
const TEAMS_AT_ONCE = 10;
const TRIES = 4;
const LONGEST_WAIT_MS = 65_000;
/** Something may have been missed shortly before the latest that was heard. */
const OVERLAP_S = 900;

/**
 * After a start and after a gap: fetches what was said meanwhile where Piloto takes part, hands it in (what was heard
 * before is known by its key), and has every open card shown again. In a workspace one place after the other, with
 * pauses, and longer ones when Slack asks for them.
 */
export async function catchUp(deps: HearDeps, signal: AbortSignal): Promise<void> {
  const { core, held, limits, state, logger } = deps;
  // First: what is heard from now on moves these marks.
  const places = await held.lately(limits.catchUpMs);
  await core.refreshCards(SLACK);
  const teams = byTeam(places);
  let taken = 0;
  const worker = async () => {
    for (let team = teams.shift(); team; team = teams.shift()) taken += await catchUpTeam(team, deps, signal);
  };
  await Promise.all(Array.from({ length: TEAMS_AT_ONCE }, worker));
  if (signal.aborted) return;
  state.count("caughtUp", taken);
  logger.info({ places: places.length, taken }, "Caught up with Slack.");
}

function byTeam(places: readonly HeldPlace[]): HeldPlace[][] {
  const found = new Map<string, HeldPlace[]>();
  for (const place of places) found.set(place.team, [...(found.get(place.team) ?? []), place]);
  return [...found.values()];
}

async function catchUpTeam(places: readonly HeldPlace[], deps: HearDeps, signal: AbortSignal): Promise<number> {
  let taken = 0;
  for (const place of places) {
    if (signal.aborted) break;
    taken += await catchUpPlace(place, deps, signal);
    await deps.clock.sleep(deps.limits.catchUpPauseMs, signal);
  }
  return taken;
}

async function catchUpPlace(place: HeldPlace, deps: HearDeps, signal: AbortSignal): Promise<number> {
  const { team, channel } = place;
  const bot = await deps.bots.find({ team });
  if (!bot) return 0;
  let taken = 0;
  try {
    for (const message of await patiently(() => missed(place, bot.client), deps, signal)) {
      if (signal.aborted) return taken;
      const heard = await hearMessage({ ...message, channel }, { team, bot, isCaughtUp: true }, deps);
      if (heard === "taken") taken += 1;
    }
  } catch (error) {
    const { code, why } = explainFailure(error);
    deps.state.count("catchUpFailures");
    deps.logger.warn({ team, channel, code }, `What was said during a gap could not be fetched. ${why}`);
  }
  return taken;
}

/** Slack may be tired of questions, or away for a moment: what it then does not tell would never be heard. */
async function patiently<T>(ask: () => Promise<T>, { clock, limits }: HearDeps, signal: AbortSignal): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      const { code, retryAfterMs = limits.firstPauseMs * tried } = explainFailure(error);
      const mayPass = code === "ratelimited" || code === "unreachable" || code.startsWith("http_5");
      if (!mayPass || tried >= TRIES || retryAfterMs > LONGEST_WAIT_MS || signal.aborted) throw error;
      await clock.sleep(retryAfterMs, signal);
    }
  }
}

type Client = NonNullable<Awaited<ReturnType<HearDeps["bots"]["find"]>>>["client"];

/** Oldest first. Slack gives replies oldest first, and a channel newest first. */
async function missed({ channel, root, lastTs }: HeldPlace, client: Client): Promise<object[]> {
  const found: object[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = { channel, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const answer =
      root === undefined
        ? await client.conversations.history({ ...asked, oldest: shortlyBefore(lastTs) })
        : await client.conversations.replies({ ...asked, oldest: lastTs, ts: root });
    found.push(...(answer.messages ?? []));
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return root === undefined ? found.reverse() : found;
}

/** At the top of a channel only what is addressed to Piloto counts, so that looking further back takes nothing else. */
const shortlyBefore = (ts: string): string => Math.max(0, Number(ts) - OVERLAP_S).toFixed(6);
