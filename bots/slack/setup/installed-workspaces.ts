import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { noteOf, tokenPlace } from "../install/install-places.ts";
import { SLACK } from "../slack-ids.ts";

/** A workspace that installed Piloto by OAuth. */
export interface InstalledWorkspace {
  readonly home: string;
  /** Absent: its token was lost, or sealed with another key. */
  readonly token?: string;
}

const MOST = 200;

/** The workspaces that installed Piloto, with their tokens: for the doctor. At most 200. */
export async function installedWorkspaces(stores: Stores, secrets: Secrets): Promise<InstalledWorkspace[]> {
  const notes = await stores.read((tx) => tx.faceNotes.list(SLACK, noteOf(""), { limit: MOST }));
  return Promise.all(
    notes.map(async ({ key }) => {
      const home = key.slice(noteOf("").length);
      try {
        return { home, token: await secrets.get(tokenPlace(home)) };
      } catch (error) {
        if (!isPilotoError(error)) throw error;
        return { home };
      }
    }),
  );
}
