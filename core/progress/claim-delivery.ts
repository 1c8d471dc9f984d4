import type { Due } from "../ports/stores.ts";
import type { DeliveryPorts } from "./due.ts";

/** How long others leave a delivery alone when nothing more is heard of it. */
const CLAIM_MS = 60_000;
const EXTEND_EVERY_MS = 20_000;
/** A platform that waits longer than this may be asked by another process: it answers `post` twice with one message. */
const EXTENSIONS = 30;

export interface Claim {
  /** An earlier try may have reached the platform. */
  readonly mayBeThere: boolean;
}

type Ports = Pick<DeliveryPorts, "stores" | "clock" | "logger" | "owner">;

/**
 * Writes down that this process is about to tell it, before the platform is called: whoever comes after a crash
 * knows that it may have been told. `undefined` when another process has it; then nothing is to be done.
 */
export function claimDelivery(due: Due, { stores, clock, owner }: Ports): Promise<Claim | undefined> {
  return stores.atomically((tx) => {
    const nowMs = clock.nowMs();
    return tx.outbox.claim(due, { owner, nowMs, untilMs: nowMs + CLAIM_MS });
  });
}

/**
 * Calls `work` under a claim that is kept up while it lasts, where other processes look at the same outbox.
 * `undefined` when another process has it.
 */
export async function whileClaimed<T>(
  due: Due,
  ports: Ports,
  work: (claim: Claim) => Promise<T>,
): Promise<T | undefined> {
  const claim = await claimDelivery(due, ports);
  if (!claim) return undefined;
  if (!ports.stores.isShared) return work(claim);
  const over = new AbortController();
  const extending = extend(due, ports, over.signal);
  try {
    return await work(claim);
  } finally {
    over.abort();
    await extending;
  }
}

/** A claim that cannot be extended runs out; what was delivered under it is then recorded with that in mind. */
async function extend(due: Due, ports: Ports, over: AbortSignal): Promise<void> {
  for (let n = 0; n < EXTENSIONS; n++) {
    await ports.clock.sleep(EXTEND_EVERY_MS, over);
    if (over.aborted) return;
    const isTried = await claimDelivery(due, ports).then(
      (claim) => claim !== undefined,
      (error: unknown) => {
        ports.logger.warn(
          { chatId: due.chatId, error },
          "A claim on a delivery could not be extended; it is tried again.",
        );
        return true;
      },
    );
    if (!isTried) return;
  }
}
