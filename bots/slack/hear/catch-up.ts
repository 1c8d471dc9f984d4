import { explainFailure } from "../connect/explain-failure.ts";
import { SLACK } from "../slack-ids.ts";
import type { HearDeps } from "./hear-deps.ts";
import { hearMessage } from "./hear-message.ts";
import type { HeldPlace } from "./held-threads.ts";

const PAGE = 100;
const MOST_PAGES = 3;

/**
 * After a start and after a gap: fetches what was said meanwhile where Piloto takes part, hands it in (what was heard
 * before is known by its key), and has every open card shown again. One place after the other, with pauses.
 */
export async function catchUp(deps: HearDeps, signal: AbortSignal): Promise<void> {
  const { core, held, limits, state, logger, clock } = deps;
  await core.refreshCards(SLACK);
  const places = await held.lately(limits.catchUpMs);
  let taken = 0;
  for (const place of places) {
    if (signal.aborted) return;
    taken += await catchUpPlace(place, deps, signal);
    await clock.sleep(limits.catchUpPauseMs, signal);
  }
  state.count("caughtUp", taken);
  logger.info({ places: places.length, taken }, "Caught up with Slack.");
}

async function catchUpPlace(place: HeldPlace, deps: HearDeps, signal: AbortSignal): Promise<number> {
  const { team, channel } = place;
  const bot = await deps.bots.find({ team });
  if (!bot) return 0;
  let taken = 0;
  try {
    for (const message of await missed(place, bot.client)) {
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

type Client = NonNullable<Awaited<ReturnType<HearDeps["bots"]["find"]>>>["client"];

/** Oldest first. Slack gives replies oldest first, and a channel newest first. */
async function missed({ channel, root, lastTs }: HeldPlace, client: Client): Promise<object[]> {
  const found: object[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = { channel, oldest: lastTs, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const answer =
      root === undefined
        ? await client.conversations.history(asked)
        : await client.conversations.replies({ ...asked, ts: root });
    found.push(...(answer.messages ?? []));
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return root === undefined ? found.reverse() : found;
}
