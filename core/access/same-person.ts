import type { AccountId } from "../domain/ids.ts";
import type { LinkedAccounts } from "./holder-of.ts";

/** Whether two accounts are one human being: the same account, or linked. */
export function samePerson(one: AccountId, other: AccountId, linked: LinkedAccounts): boolean {
  return one === other || linked.get(one)?.includes(other) === true || linked.get(other)?.includes(one) === true;
}

/** How many people stand behind some votes: one account for each person, the first that voted. */
export function personsOf(votes: readonly { readonly by: AccountId }[], linked: LinkedAccounts): AccountId[] {
  const persons: AccountId[] = [];
  for (const { by } of votes) if (!persons.some((one) => samePerson(one, by, linked))) persons.push(by);
  return persons;
}
