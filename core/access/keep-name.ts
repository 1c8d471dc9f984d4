import type { Actor } from "../domain/chat.ts";
import { asId, nameOf, type PersonId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { CorePorts } from "../ports/core-ports.ts";
import type { Tx } from "../ports/stores.ts";

const MAX_NAME = 60;

/**
 * Keeps what people call whoever acts now, so that cards and sentences name them so. Writes only when it is new;
 * without a name from the face the one that stands is kept.
 */
export async function keepName(actor: Actor, { stores, ids }: Pick<CorePorts, "stores" | "ids">): Promise<void> {
  const shown = shownName(actor);
  if (shown === "") return;
  const person = await stores.read((tx) => tx.people.of(actor.account));
  if (person?.name === shown) return;
  const newId = asId<PersonId>(ids.next());
  await stores.atomically((tx) => keepNameIn(tx, actor, newId));
}

/** The same inside a transaction that does more. An account without a name gets a person who is called as it is. */
export async function keepNameIn(tx: Tx, actor: Actor, newId: PersonId): Promise<void> {
  const shown = shownName(actor);
  const person = await tx.people.ensure(actor.account, shown || nameOf(actor.account), newId);
  if (shown !== "" && person.name !== shown) await tx.people.rename(person.id, shown);
}

const shownName = ({ name = "" }: Actor): string => plainLine(name, MAX_NAME);
