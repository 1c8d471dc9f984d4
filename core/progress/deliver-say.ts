import type { Outgoing } from "../domain/card.ts";
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
    const what = due.say.outputOf ? await withOutput(due, ports) : ({ kind: "say", ...due.say } as const);
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
async function withOutput({ chatId, say }: DueSay, { stores, redact }: DeliveryPorts): Promise<Outgoing> {
  const file = await stores.read(async (tx) => {
    const language = (await tx.chats.get(chatId))?.language ?? "en";
    return say.outputOf && outputFile(tx, say.outputOf, { language, redact });
  });
  const text = redact ? redact(say.text) : say.text;
  return { kind: "say", ...say, text, ...(file ? { files: [file] } : {}) };
}
