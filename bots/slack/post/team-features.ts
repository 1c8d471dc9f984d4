import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK } from "../slack-ids.ts";

/** What not every workspace can do: `plan` blocks, chat streams, agent sessions, uploads. */
export type TeamFeature = "plan" | "streams" | "sessions" | "files";

/** What a workspace refused is remembered, over restarts too, and tried again after a week. */
export interface TeamFeatures {
  has(team: string, feature: TeamFeature): Promise<boolean>;
  off(team: string, feature: TeamFeature, code: string): Promise<void>;
}

const WEEK_MS = 7 * 24 * 3_600_000;

export function createTeamFeatures({
  stores,
  clock,
  logger,
}: {
  stores: Stores;
  clock: Clock;
  logger: Logger;
}): TeamFeatures {
  const until = new Map<string, number>();
  const keyOf = (team: string, feature: TeamFeature) => `off:${team}:${feature}`;
  return {
    async has(team, feature) {
      const key = keyOf(team, feature);
      if (!until.has(key)) {
        const note = await stores.read((tx) => tx.faceNotes.get(SLACK, key));
        until.set(key, typeof note === "number" ? note : 0);
      }
      return (until.get(key) ?? 0) <= clock.nowMs();
    },
    async off(team, feature, code) {
      const [key, nowMs] = [keyOf(team, feature), clock.nowMs()];
      until.set(key, nowMs + WEEK_MS);
      logger.info(
        { face: SLACK, team, feature, code },
        "This workspace does not offer a feature; Piloto goes on without.",
      );
      await stores.atomically((tx) => tx.faceNotes.put(SLACK, key, nowMs + WEEK_MS, nowMs));
    },
  };
}
