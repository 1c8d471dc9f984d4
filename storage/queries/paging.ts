import type { Page, PageRequest } from "../../core/ports/stores.ts";

/** At most what a page may hold. */
export function pageSize({ limit }: PageRequest): number {
  return Math.max(1, Math.min(200, Math.trunc(limit)));
}

/** A page out of up to `size + 1` rows, newest first; the extra one only tells that more follow. */
export function toPage<R, T>(
  rows: readonly R[],
  size: number,
  toItem: (row: R) => T,
  cursor: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const items = shown.map(toItem);
  return rows.length > size && last ? { items, next: cursor(last) } : { items };
}
