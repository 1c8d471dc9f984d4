import { type AccountId, nameOf } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";

const MAX_NAME = 60;

/** An account as a sentence names it: what its face calls it (`ana`, not `terminal:ana`), and Piloto by its name. */
export function whoText(account: AccountId): string {
  return account === "piloto" ? "Piloto" : plainLine(nameOf(account), MAX_NAME);
}
