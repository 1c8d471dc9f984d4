import type { ChatFace } from "../bots/index.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";

interface LifeDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Starts the faces side by side. Resolves when all stand, or after `withinMs`: the core works without them, and a chat
 * app that does not answer must not keep Piloto from being ready, or from hearing a signal.
 * @throws what a face says within that time of settings that can never work; later it is logged
 */
export async function startFaces(
  faces: readonly ChatFace[],
  withinMs: number,
  { clock, logger }: LifeDeps,
): Promise<void> {
  const starting = Promise.all(faces.map((face) => face.start()));
  if (await isWithin(starting, withinMs, clock)) return;
  logger.warn({ withinMs }, "A chat app takes long to answer; Piloto is ready without it and goes on trying.");
  starting.catch((error: unknown) => logger.error({ error }, "A chat app could not be started."));
}

/** Stops all faces within about `withinMs`. One that hangs or fails is logged and left behind. Never rejects. */
export async function stopFaces(
  faces: readonly ChatFace[],
  withinMs: number,
  { clock, logger }: LifeDeps,
): Promise<void> {
  const stop = async (face: ChatFace) => {
    const isStopped = await isWithin(face.stop(withinMs), withinMs, clock);
    if (!isStopped) throw new Error(`It has not stopped within ${withinMs} ms.`);
  };
  const ends = await Promise.allSettled(faces.map(stop));
  for (const [at, end] of ends.entries()) {
    if (end.status === "fulfilled") continue;
    logger.error({ face: faces[at]?.platform.face, error: end.reason }, "A chat app was left without a proper end.");
  }
}

/** `false` when it takes longer; rejects as `work` does within the time. */
async function isWithin(work: Promise<unknown>, withinMs: number, clock: Clock): Promise<boolean> {
  const inTime = new AbortController();
  try {
    return await Promise.race([work.then(() => true), clock.sleep(withinMs, inTime.signal).then(() => false)]);
  } finally {
    inTime.abort();
  }
}
