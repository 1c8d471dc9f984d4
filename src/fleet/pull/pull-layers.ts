import type { PullLine } from "./pull-client.ts";

/** How far a pull is: what its layers, as far as they were told, hold and have. */
export interface PullState {
  /** Ollama's last status, without the digest. */
  readonly status: string;
  readonly doneBytes: number;
  /** Grows while Ollama comes to further layers; the large one is the first. */
  readonly totalBytes: number;
}

/** More layers than any model has. */
const MOST_LAYERS = 1_000;

/** Adds up the lines of a pull, over its restarts: what came once is not counted again. */
export function createPullLayers(): { add(line: PullLine): void; state(): PullState } {
  const layers = new Map<string, { total: number; completed: number }>();
  let status = "starting";
  return {
    add(line) {
      status = line.status.startsWith("pulling ") && line.digest !== undefined ? "pulling" : line.status.slice(0, 100);
      if (line.digest === undefined || line.total === undefined) return;
      const before = layers.get(line.digest);
      if (!before && layers.size >= MOST_LAYERS) return;
      const completed = Math.max(before?.completed ?? 0, line.completed ?? 0);
      layers.set(line.digest, { total: line.total, completed: Math.min(line.total, completed) });
    },
    state() {
      const all = [...layers.values()];
      const sum = (of: (layer: { total: number; completed: number }) => number) =>
        all.reduce((bytes, layer) => bytes + of(layer), 0);
      return { status, doneBytes: sum(({ completed }) => completed), totalBytes: sum(({ total }) => total) };
    },
  };
}
