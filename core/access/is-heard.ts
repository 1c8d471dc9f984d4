import type { Message } from "../domain/chat.ts";
import type { Project } from "../domain/project.ts";
import type { LinkedAccounts } from "./holder-of.ts";
import { isKnown } from "./is-known.ts";

/**
 * Whether a message of a chat's history may take part in later thoughts. What a stranger said to Piloto may not: it
 * would stand beside the words of people who may ask for things. Groups are those it was said with.
 */
export function isHeard({ origin, account, groups }: Message, project: Project, linked?: LinkedAccounts): boolean {
  if (origin !== "person") return true;
  return account !== undefined && isKnown({ account, groups, linked: linked?.get(account) }, project);
}
