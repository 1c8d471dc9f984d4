import { z } from "zod";
import { auditEntry } from "../core/access/record-audit.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ReadTx, Stores } from "../core/ports/stores.ts";

const KEY = "drained-pcs";
const Names = z.array(z.string());

/**
 * PCs that get no new work because somebody said so. It stands in the store, so that it outlives a restart, and a
 * command can say it while no Piloto runs; one that runs looks now and then.
 */
export function drainedPcs(stores: Stores): Promise<ReadonlySet<string>> {
  return stores.read(readNames);
}

/** `false`, and nothing in the audit log, when it was so already. */
export function setDrained(
  { node, isDrained, by }: { readonly node: string; readonly isDrained: boolean; readonly by: string },
  { stores, clock }: { readonly stores: Stores; readonly clock: Clock },
): Promise<boolean> {
  return stores.atomically(async (tx) => {
    const names = new Set(await readNames(tx));
    if (names.has(node) === isDrained) return false;
    if (isDrained) names.add(node);
    else names.delete(node);
    await tx.settings.set(KEY, JSON.stringify([...names].sort()));
    await tx.audit.append(auditEntry(by, "change-setting", `pc:${node}`, clock.nowMs(), { isDrained }));
    return true;
  });
}

async function readNames(tx: ReadTx): Promise<ReadonlySet<string>> {
  const text = await tx.settings.get(KEY);
  return new Set(text === undefined ? [] : Names.parse(JSON.parse(text)));
}
