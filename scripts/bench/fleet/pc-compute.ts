/** How much slower each answer is made while `active` of them are made at once: all together still gain. */
const SHARING_EXPONENT = -0.4;

/** Work that is nearly done is done: less than a millionth of a second at speed 1. */
const EPSILON_S = 1e-9;

/**
 * The computing power of one PC, shared equally by everything that it works on. Work is in seconds at speed 1 and
 * alone. With b pieces of work each goes at speed * b^-0.4, so that together they go at speed * b^0.6.
 */
export interface PcCompute {
  /** Begins a piece of work, or the next phase of one. */
  start(id: number, workS: number, nowMs: number): void;
  stop(id: number, nowMs: number): void;
  setSpeed(speed: number, nowMs: number): void;
  /** Ids whose work is done by now. They stay until `stop` or their next `start`. */
  finished(nowMs: number): number[];
  /** When the next piece is done; Infinity: never. */
  nextAtMs(): number;
  /** The part of a piece of work that is done, 0 to 1. */
  share(id: number, nowMs: number): number;
  clear(): void;
}

interface Piece {
  fromS: number;
  toS: number;
}

export function createPcCompute(firstSpeed: number): PcCompute {
  const pieces = new Map<number, Piece>();
  let speed = firstSpeed;
  /** Work done by each piece that was there all along; pieces are measured against it. */
  let doneS = 0;
  let atMs = 0;

  const rate = () => (pieces.size === 0 ? 0 : speed * pieces.size ** SHARING_EXPONENT);
  const doneAt = (nowMs: number) => doneS + (rate() * Math.max(0, nowMs - atMs)) / 1000;
  function settle(nowMs: number): void {
    doneS = doneAt(nowMs);
    atMs = Math.max(atMs, nowMs);
  }

  return {
    start(id, workS, nowMs) {
      settle(nowMs);
      pieces.set(id, { fromS: doneS, toS: doneS + workS });
    },
    stop(id, nowMs) {
      settle(nowMs);
      pieces.delete(id);
    },
    setSpeed(next, nowMs) {
      settle(nowMs);
      speed = next;
    },
    finished(nowMs) {
      settle(nowMs);
      const ids: number[] = [];
      for (const [id, { toS }] of pieces) if (toS <= doneS + EPSILON_S) ids.push(id);
      return ids;
    },
    nextAtMs() {
      let nextS = Number.POSITIVE_INFINITY;
      for (const { toS } of pieces.values()) if (toS < nextS) nextS = toS;
      if (nextS === Number.POSITIVE_INFINITY) return nextS;
      return nextS <= doneS + EPSILON_S ? atMs : atMs + ((nextS - doneS) / rate()) * 1000;
    },
    share(id, nowMs) {
      const piece = pieces.get(id);
      if (!piece) return 0;
      const workS = piece.toS - piece.fromS;
      return workS <= 0 ? 1 : Math.min(1, (doneAt(nowMs) - piece.fromS) / workS);
    },
    clear: () => pieces.clear(),
  };
}
