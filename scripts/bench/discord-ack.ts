import type { Asked } from "../../test/support/discord-server/people.ts";
import type { DiscordActs } from "./discord-acts.ts";
import { spread } from "./discord-mix.ts";
import { everyDue } from "./slack-ack.ts";

export interface AckTimes {
  /** Ascending, in ms, from Discord's sending of an interaction to the first answer. A lost one counts as 3 s. */
  readonly tookMs: readonly number[];
  /** Not answered in the 3 s that Discord gives. */
  readonly lost: number;
}

type Name = Exclude<keyof DiscordActs, "wish" | "greeting" | "chatter">;

/** Of forty. Follow-ups of a bot are limited to 50 a second, answers are not: this mix stays near that limit. */
const SHARES: readonly (readonly [Name, number])[] = [
  ["complete", 16],
  ["edit", 10],
  ["menu", 6],
  ["confirm", 4],
  ["cancel", 3],
  ["ask", 1],
];
const MIX = spread(SHARES);
const LOST_MS = 3_000;

/** So many interactions a second for so long, however slowly what comes of them goes. */
export async function measureAcks(acts: DiscordActs, perSecond: number, seconds: number): Promise<AckTimes> {
  const all: Promise<readonly Asked[]>[] = [];
  const startMs = performance.now();
  let events = 0;
  await everyDue(
    () => startMs + (events / perSecond) * 1_000,
    startMs + seconds * 1_000,
    (n) => {
      const name = MIX[n % MIX.length]!;
      events += name === "cancel" ? 2 : 1;
      all.push(acts[name]());
    },
  );
  const asked = (await Promise.all(all)).flat();
  const times = await Promise.all(
    asked.map((one) =>
      one.answered(LOST_MS).then(
        ({ afterMs }) => afterMs,
        () => LOST_MS,
      ),
    ),
  );
  return { tookMs: times.sort((a, b) => a - b), lost: times.filter((ms) => ms >= LOST_MS).length };
}
