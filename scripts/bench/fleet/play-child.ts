import { setMaxListeners } from "node:events";
import { Pool } from "undici";
import { playRequest } from "./play-attempts.ts";
import type { PlayEnd, Played, PlayJob, PlayRequest } from "./play-shapes.ts";

// A player: plays the jobs that it is sent, some at the same time, and tells what came of them.
process.on("message", (job: PlayJob) => void play(job).then((end) => process.send?.({ job: job.id, end })));
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });

async function play(job: PlayJob): Promise<PlayEnd> {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const targets = job.targets.map((target) => ({
    target,
    pool: new Pool(target.url, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 }),
    playing: [] as Promise<Played>[],
  }));
  const lateMs: number[] = [];
  const startMs = performance.now();
  process.send?.({ job: job.id, started: Date.now() });
  for (const { requests, atMs } of byTime(job.requests)) {
    await untilMs(startMs + atMs / job.scale);
    for (const request of requests) {
      for (const { target, pool, playing } of targets) {
        lateMs.push(performance.now() - startMs - atMs / job.scale);
        const headers = target.headers?.[request.class] ?? {};
        playing.push(playRequest(request, { pool, headers, scale: job.scale, over: over.signal }));
      }
    }
  }
  const all = Promise.all(targets.map(({ playing }) => Promise.all(playing)));
  const patience = setTimeout(() => over.abort(), job.drainMs / job.scale);
  const played = await all;
  clearTimeout(patience);
  await Promise.all(targets.map(({ pool }) => pool.destroy()));
  lateMs.sort((a, b) => a - b);
  return {
    played: new Map(targets.map(({ target }, index) => [target.name, played[index]!])),
    lateP99Ms: lateMs[Math.floor(lateMs.length * 0.99)] ?? 0,
  };
}

/** Requests that are due together are sent together. */
function byTime(requests: readonly PlayRequest[]): { atMs: number; requests: PlayRequest[] }[] {
  const groups: { atMs: number; requests: PlayRequest[] }[] = [];
  for (const request of [...requests].sort((a, b) => a.atMs - b.atMs || a.id - b.id)) {
    const last = groups.at(-1);
    if (last?.atMs === request.atMs) last.requests.push(request);
    else groups.push({ atMs: request.atMs, requests: [request] });
  }
  return groups;
}

async function untilMs(atMs: number): Promise<void> {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
}
