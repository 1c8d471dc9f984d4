import type { Clock } from "../../../core/ports/clock.ts";
import type { FaceHealth } from "../../shared/chat-face.ts";
import { SLACK } from "../slack-ids.ts";

/** How the face stands, and what it counted since its start. */
export interface FaceState {
  count(name: string, by?: number): void;
  set(state: FaceHealth["state"], why?: string): void;
  health(more?: Readonly<Record<string, number>>): FaceHealth;
}

/** Begins as `off`. `sinceMs` is when the present state began; the reason of a state may change without ending it. */
export function faceState(clock: Clock): FaceState {
  const counts: Record<string, number> = {};
  let now: Pick<FaceHealth, "state" | "why" | "sinceMs"> = { state: "off", sinceMs: clock.nowMs() };
  return {
    count(name, by = 1) {
      counts[name] = (counts[name] ?? 0) + by;
    },
    set(state, why) {
      now = { state, why, sinceMs: state === now.state ? now.sinceMs : clock.nowMs() };
    },
    health: (more = {}) => ({ face: SLACK, ...now, counts: { ...counts, ...more } }),
  };
}
