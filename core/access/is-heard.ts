import type { Message } from "../domain/chat.ts";
import type { Project } from "../domain/project.ts";
import { isKnown } from "./is-known.ts";

/**
 * Whether a message of a chat's history may take part in later thoughts. What a stranger said to Piloto may not: it
 * would stand beside the words of people who may ask for things.
 */
export function isHeard({ origin, account }: Message, project: Project): boolean {
  return origin !== "person" || (account !== undefined && isKnown(account, project));
}
