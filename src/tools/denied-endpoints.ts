import { z } from "zod";
import type { ServiceId, ToolKey } from "../../core/domain/ids.ts";
import type { ReadTx, Tx } from "../../core/ports/stores.ts";

const Keys = z.array(z.string());
const settingOf = (id: ServiceId) => `denied-endpoints:${id}`;

/** Operations that a person denied: they stay off when a document loses them and brings them back. */
export async function deniedKeys(tx: ReadTx | Tx, id: ServiceId): Promise<Set<ToolKey>> {
  const text = await tx.settings.get(settingOf(id));
  return new Set(text ? (Keys.parse(JSON.parse(text)) as ToolKey[]) : []);
}

/** Remembers a decision of a person over some operations. */
export async function rememberDecision(
  tx: Tx,
  id: ServiceId,
  keys: readonly ToolKey[],
  isAllowed: boolean,
): Promise<void> {
  const denied = await deniedKeys(tx, id);
  for (const key of keys) {
    if (isAllowed) denied.delete(key);
    else denied.add(key);
  }
  await tx.settings.set(settingOf(id), JSON.stringify([...denied].sort()));
}

/** The service is gone. */
export function forgetDenied(tx: Tx, id: ServiceId): Promise<void> {
  return tx.settings.set(settingOf(id), "[]");
}
