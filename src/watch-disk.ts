import type { Stores } from "../core/ports/stores.ts";
import { isDiskFailure } from "../storage/index.ts";

export interface WatchedStores {
  readonly stores: Stores;
  /**
   * Aborts at the first failure of the disk under the stores, with that PilotoError as its reason. Whoever waits for
   * something to happen in the stores would wait in vain: what fails in the background is told nowhere else.
   */
  readonly diskFailed: AbortSignal;
}

/** The same stores, watched. They go on as they are: there may be room again at the next try. */
export function watchDisk(stores: Stores): WatchedStores {
  const failed = new AbortController();
  async function watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isDiskFailure(error)) failed.abort(error);
      throw error;
    }
  }
  return {
    diskFailed: failed.signal,
    stores: {
      ...stores,
      atomically: (work) => watched(stores.atomically(work)),
      read: (work) => watched(stores.read(work)),
    },
  };
}
