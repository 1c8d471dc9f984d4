import type { WebClient } from "@slack/web-api";
import type { Outgoing } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import type { ChatPlatform, Posted } from "../../../core/ports/chat-platform.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK, type SlackThread, threadOf } from "../slack-ids.ts";
import { createForgetNotes } from "./forget-notes.ts";
import { createMessages } from "./messages.ts";
import { createOwnBots } from "./own-bots.ts";
import { createPreviewNotes } from "./preview-note.ts";
import { createPreviews } from "./previews.ts";
import { createSessionStatus } from "./session-status.ts";
import { createSlackCalls } from "./slack-calls.ts";
import { SLACK_PACE, type SlackPace } from "./slack-pace.ts";
import { createTeamFeatures } from "./team-features.ts";
import { createThreadCalls } from "./thread-calls.ts";

export interface SlackPlatformDeps {
  /** The client of a workspace, by `slackClient`; `undefined` when Piloto is not installed there (any more). */
  readonly clientFor: (team: string) => Promise<WebClient | undefined>;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly language: Language;
  /** Instead of the usual pauses: for tests and benches. */
  readonly pace?: Partial<SlackPace>;
}

const SHOW_ELAPSED_MS = 45_000;

export interface SlackPlatform extends ChatPlatform {
  /** Counters since the start: `posts`, `edits`, `rateLimited`, `readBacks`, `repeats`, `previews`, `files`, `healed`, `gone`, `failures`. */
  counts(): Readonly<Record<string, number>>;
  /** Ends previews and waits for what is on its way beside posts and edits: before the process ends. */
  settled(): Promise<void>;
}

/** Slack, outward. Opens nothing by itself: every call asks `clientFor`. */
export function createSlackPlatform(deps: SlackPlatformDeps): SlackPlatform {
  const { stores, clock, logger, language } = deps;
  const pace = { ...SLACK_PACE, ...deps.pace };
  const together = { burst: pace.callsAtOnce, everyMs: 60_000 / pace.callsAMinute };
  const slack = createSlackCalls({ clientFor: deps.clientFor, clock, logger, together });
  const calls = createThreadCalls(slack, pace);
  const features = createTeamFeatures({ stores, clock, logger });
  const notes = createPreviewNotes({ stores, clock });
  const { count } = slack;
  const everyMs = pace.previewEveryMs;
  const previews = createPreviews({ calls, notes, features, clock, logger, everyMs, language, count });
  const sessions = createSessionStatus(calls, features, logger);
  const ownBot = createOwnBots(calls);
  const forgetNotes = createForgetNotes({ stores, clock });
  const messages = createMessages({ stores, clock, logger, language, calls, features, notes, previews, ownBot, count });

  /** The run goes on without its card; whoever looks for the reason finds it in the log. */
  function reached(posted: Posted, thread: SlackThread, what: Outgoing): Posted {
    if (posted.kind === "ok" && what.kind === "card") sessions.follow(thread, what);
    if (posted.kind === "ok") return posted;
    count("gone");
    const about = what.kind === "card" ? { run: what.runId } : {};
    logger.warn({ face: SLACK, ...thread, ...about, why: posted.why }, "Slack does not show this any more.");
    return posted;
  }

  return {
    face: SLACK,
    limits: { editEveryMs: pace.editEveryMs, showElapsedEveryMs: SHOW_ELAPSED_MS },
    async post(chatId, what, key, how) {
      const thread = threadOf(chatId);
      if (!thread) return NO_THREAD;
      const posted = await messages.post({ chatId, thread }, what, key, how?.mayBeThere === true);
      await forgetNotes().catch((error: unknown) =>
        logger.warn({ face: SLACK, error }, "Old notes could not be forgotten."),
      );
      return reached(posted, thread, what);
    },
    async edit(chatId, ref, what) {
      const thread = threadOf(chatId);
      if (!thread) return NO_THREAD;
      return reached(await messages.edit({ chatId, thread }, ref, what), thread, what);
    },
    preview(chatId, text, key) {
      const thread = threadOf(chatId);
      if (thread) previews.show(thread, text, key);
    },
    // The answer takes its place in the same message.
    notice(chatId, text, key) {
      const thread = threadOf(chatId);
      if (thread) previews.show(thread, text, key, { mayShrink: true });
      return thread !== undefined;
    },
    counts: () => ({ ...slack.counts }),
    async settled() {
      await Promise.all([previews.settled(), sessions.settled()]);
    },
  };
}

const NO_THREAD: Posted = { kind: "gone", why: "This is no conversation of Slack's." };
