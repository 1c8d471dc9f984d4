import type { Outgoing } from "../domain/card.ts";
import type { ReadTx } from "../ports/stores.ts";
import { whileClaimed } from "./claim-delivery.ts";
import type { DeliveryPorts, DueSay } from "./due.ts";
import { outputFile } from "./output-file.ts";

/**
 * Tells one sentence once. `false`: another process tells it. Throws when the platform failed; a chat that is gone
 * is given up with the reason.
 */
export async function deliverSay(due: DueSay, ports: DeliveryPorts): Promise<boolean> {
  const { stores, platform, clock } = ports;
  const told = await whileClaimed(due, ports, async ({ mayBeThere }) => {
    const what = await stores.read((tx) => whole(tx, due, ports));
    const posted = await platform.post(due.chatId, what, due.key, { mayBeThere });
    await stores.atomically(async (tx) => {
      if (posted.kind === "ok") await tx.outbox.sayDelivered(due.id, posted.ref, clock.nowMs());
      else await tx.outbox.giveUp(due, posted.why);
    });
    return true;
  });
  return told ?? false;
}

/** The outbox keeps whose output it is; the output itself is stored once, with its step. */
async function whole(tx: ReadTx, { chatId, say }: DueSay, { redact }: DeliveryPorts): Promise<Outgoing> {
  if (!say.outputOf) return { kind: "say", ...say };
  const language = (await tx.chats.get(chatId))?.language ?? "en";
  const file = await outputFile(tx, say.outputOf, { language, redact });
  const text = redact ? redact(say.text) : say.text;
  return { kind: "say", ...say, text, ...(file ? { files: [file] } : {}) };
}
