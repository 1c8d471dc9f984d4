import type { Language } from "../../../core/domain/chat.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import type { PreviewNotes } from "./preview-note.ts";
import type { Previews } from "./previews.ts";
import type { TeamFeatures } from "./team-features.ts";
import type { ThreadCalls } from "./thread-calls.ts";

/** What posting and editing are made of. */
export interface MessageDeps {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly language: Language;
  readonly calls: ThreadCalls;
  readonly features: TeamFeatures;
  readonly notes: PreviewNotes;
  readonly previews: Previews;
  readonly ownBot: (team: string) => Promise<string | undefined>;
  readonly count: (what: string) => void;
}
