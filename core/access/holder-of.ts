import type { Actor } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import type { ReadTx } from "../ports/stores.ts";
import type { Holder } from "./may.ts";

/** Accounts that are one person's, by each of them; an account that is absent stands alone. */
export type LinkedAccounts = ReadonlyMap<AccountId, readonly AccountId[]>;

/** The person's other accounts, read in the transaction that judges by them: an unlinked account counts at once. */
export async function holderOf(tx: Pick<ReadTx, "people">, { account, groups }: Actor): Promise<Holder> {
  const linked = (await linkedAccounts(tx, [account])).get(account);
  return { account, ...(groups?.length ? { groups } : {}), ...(linked ? { linked } : {}) };
}

/** The same for several accounts at once. */
export async function linkedAccounts(
  tx: Pick<ReadTx, "people">,
  accounts: readonly AccountId[],
): Promise<LinkedAccounts> {
  const linked = new Map<AccountId, readonly AccountId[]>();
  for (const account of new Set(accounts)) {
    const others = (await tx.people.of(account))?.accounts.filter((other) => other !== account) ?? [];
    if (others.length > 0) linked.set(account, others);
  }
  return linked;
}
