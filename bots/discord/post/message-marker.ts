import { sha256 } from "../../../core/domain/canonical.ts";

/**
 * Two names of one post, both from the outbox's key. Discord refuses a second message with the same `nonce` for a few
 * minutes; the `marker` stands in the message as the number of its first component and is there for good.
 */
export interface PostNames {
  /** At most 25 characters. */
  readonly nonce: string;
  /** 2^30 and more, so that it meets no number that Discord gives by itself. */
  readonly marker: number;
}

export function postNames(key: string): PostNames {
  const hash = sha256(key);
  const marker = ((Number.parseInt(hash.slice(0, 8), 16) & 0x3fffffff) | 0x40000000) >>> 0;
  return { nonce: hash.slice(8, 32), marker };
}

const EPOCH_MS = 1_420_070_400_000n;

/** When Discord made an id: https://discord.com/developers/docs/reference#snowflakes */
export function madeAtMs(id: string): number | undefined {
  return /^\d{15,20}$/.test(id) ? Number((BigInt(id) >> 22n) + EPOCH_MS) : undefined;
}

/** The smallest id that Discord could have made at that time. */
export const idAt = (atMs: number): string => String((BigInt(Math.floor(atMs)) - EPOCH_MS) << 22n);
