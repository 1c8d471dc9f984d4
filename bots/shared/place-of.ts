import type { ProjectId } from "../../core/domain/ids.ts";
import type { Place } from "./chat-face.ts";

/** How Piloto behaves in one place. */
export interface PlaceRules {
  readonly project?: ProjectId;
  readonly listen: boolean;
  readonly threads: boolean;
}

/**
 * The rules of a place: channel before server before face, each member from the most exact entry that names it. A
 * place that no entry names is not listened to, unless there is no entry at all. Pure.
 */
export function placeOf(places: readonly Place[], where: { server?: string; channel?: string }): PlaceRules {
  if (places.length === 0) return { listen: true, threads: true };
  const fitting = placesFor(places, where);
  return {
    project: fitting.find((place) => place.project !== undefined)?.project,
    listen: fitting.length > 0 && (fitting.find((place) => place.listen !== undefined)?.listen ?? true),
    threads: fitting.find((place) => place.threads !== undefined)?.threads ?? true,
  };
}

/** The entries that speak of a place, the most exact one first. Pure. */
export const placesFor = <T extends Place>(places: readonly T[], where: { server?: string; channel?: string }): T[] =>
  places
    .filter((place) => fits(place.server, where.server) && fits(place.channel, where.channel))
    .sort((a, b) => exactness(b) - exactness(a));

const fits = (wanted: string | undefined, found: string | undefined) => wanted === undefined || wanted === found;
const exactness = ({ server, channel }: Place) => (channel === undefined ? 0 : 2) + (server === undefined ? 0 : 1);
