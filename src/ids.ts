import { uuidv7 } from "uuidv7";
import type { IdSource } from "../core/ports/clock.ts";

/** Ids that sort by time: UUIDv7 (RFC 9562), in order within a process. */
export function timeOrderedIds(): IdSource {
  return { next: () => uuidv7() };
}
