import type { Figure } from "../figure.ts";
import { mean } from "./metrics.ts";
import { startPcs } from "./pc-processes.ts";
import type { BenchFleet } from "./pc-spec.ts";
import { startPlayer } from "./play.ts";
import { toPlayRequest } from "./play-scenario.ts";
import { preload } from "./rivals-pinned.ts";

const REQUESTS = 60;
const EVERY_MS = 1500;

/**
 * How far the times of this run can be trusted: small requests straight to a PC that does nothing else, while the others
 * play. What they take beyond what the PC says it took for the prompt is the bench's own: HTTP, timers, a busy computer.
 * In milliseconds of virtual time; it is in every time of every system.
 */
export async function measureOverhead(
  fleet: BenchFleet,
  { scale, flushMs }: { readonly scale: number; readonly flushMs: number },
): Promise<Figure> {
  const model = [...fleet.models].sort((a, b) => a.sizeGB - b.sizeGB)[0]!.name;
  const pc = fleet.pcs.find(({ models }) => models.includes(model))!;
  const [player, pcs] = await Promise.all([
    startPlayer(),
    startPcs({ ...fleet, pcs: [pc] }, { scale, flushMs, processes: 1 }),
  ]);
  try {
    await preload(new Map([[model, [pc.name]]]), pcs.pcs);
    const requests = Array.from({ length: REQUESTS }, (_, index) =>
      toPlayRequest({
        id: index + 1,
        atMs: index * EVERY_MS,
        model,
        promptTokens: 200,
        answerTokens: 10,
        class: "interactive",
        session: `alone-${index}`,
        isWarmUp: false,
      }),
    );
    const targets = [{ name: "direct", url: `http://127.0.0.1:${pcs.pcs[0]!.port}` }];
    const { played } = await player.play({ targets, requests, scale, drainMs: 60_000 });
    const beyond = played.get("direct")!.map(({ firstMs, prefillMs = 0 }) => firstMs - prefillMs);
    return { name: "overhead_virtual_ms", value: mean(beyond), unit: "ms", goal: "", holds: true };
  } finally {
    await Promise.all([player.stop(), pcs.stop()]);
  }
}
