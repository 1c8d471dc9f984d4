import type { Person } from "../../core/domain/chat.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const ofAccount = query((db, p: { account: string }) =>
  db
    .selectFrom("accounts")
    .innerJoin("people", "people.id", "accounts.person_id")
    .select(["people.id", "people.name"])
    .where("accounts.account", "=", p.account),
);
const accountsOf = query((db, p: { person: string }) =>
  db.selectFrom("accounts").select("account").where("person_id", "=", p.person).orderBy("account"),
);
const addPerson = query((db, p: { id: string; name: string }) =>
  db
    .insertInto("people")
    .values({ id: p.id, name: p.name })
    .onConflict((o) => o.doNothing()),
);
const addAccount = query((db, p: { account: string; person_id: string }) =>
  db
    .insertInto("accounts")
    .values({ account: p.account, person_id: p.person_id })
    .onConflict((o) => o.doNothing()),
);
const moveAccount = query((db, p: { account: string; person_id: string }) =>
  db
    .insertInto("accounts")
    .values({ account: p.account, person_id: p.person_id })
    .onConflict((o) => o.column("account").doUpdateSet({ person_id: p.person_id })),
);

const rename = query((db, p: { id: string; name: string }) =>
  db.updateTable("people").set({ name: p.name }).where("id", "=", p.id),
);

export function peopleOver(session: Session): Tx["people"] {
  const of = async (account: AccountId): Promise<Person | undefined> => {
    const person = await session.first(ofAccount, { account });
    if (!person) return undefined;
    const accounts = await session.all(accountsOf, { person: person.id });
    return { id: asId(person.id), name: person.name, accounts: accounts.map((row) => asId(row.account)) };
  };
  return {
    of,
    async ensure(account, name, newId) {
      const known = await of(account);
      if (known) return known;
      await session.change(addPerson, { id: newId, name });
      // Somebody else may have added the account meanwhile; then theirs stands.
      await session.change(addAccount, { account, person_id: newId });
      return (await of(account))!;
    },
    async link(account, person) {
      await session.change(moveAccount, { account, person_id: person });
    },
    async unlink(account, name, newId) {
      await session.change(addPerson, { id: newId, name });
      await session.change(moveAccount, { account, person_id: newId });
    },
    async rename(id, name) {
      await session.change(rename, { id, name });
    },
  };
}
