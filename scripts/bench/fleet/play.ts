import type { PlayEnd, PlayJob } from "./play-shapes.ts";
import { nextMessage, startNode } from "./systems-child.ts";

/** A process that sends requests to systems at the times that a workload names, whether they answer or not. */
export interface Player {
  /** Plays a job; `onStart` is called when its clock starts. Several may be played at once. */
  play(job: Omit<PlayJob, "id">, onStart?: () => void): Promise<PlayEnd>;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startPlayer(): Promise<Player> {
  const child = await startNode("play-child.ts");
  await nextMessage(child, (message) => ((message as { ready?: boolean }).ready ? true : undefined));
  let jobs = 0;
  return {
    pid: child.pid,
    play(job, onStart) {
      const id = ++jobs;
      const ended = nextMessage(child, (message) => {
        const { job: of, started, end } = message as { job?: number; started?: number; end?: PlayEnd };
        if (of === id && started !== undefined) onStart?.();
        return of === id ? end : undefined;
      });
      child.process.send({ ...job, id });
      return ended;
    },
    stop: () => child.stop(),
  };
}
