import type { Card } from "../../../core/domain/card.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { labelText } from "../../shared/cut-text.ts";
import { SLACK, type SlackThread } from "../slack-ids.ts";
import { isFeatureOff } from "./slack-failure.ts";
import type { TeamFeatures } from "./team-features.ts";
import type { ThreadCalls } from "./thread-calls.ts";

/**
 * Slack's own sign that an agent works in a thread, with its own Stop button. Best effort: it follows the cards, and
 * where a workspace has none, cards do alone. Source: https://docs.slack.dev/ai/agent-sessions (read 2026-11-21).
 */
export interface SessionStatus {
  follow(thread: SlackThread, card: Card): void;
  settled(): Promise<void>;
}

type Status = "suspended" | "processing" | "active";
type Want = { readonly thread: SlackThread; readonly status: Status; readonly title: string };
const MOST_REMEMBERED = 2_000;

export function createSessionStatus(calls: ThreadCalls, features: TeamFeatures, logger: Logger): SessionStatus {
  const shown = new Map<string, Status>();
  const wanted = new Map<string, Want>();
  const atWork = new Map<string, Promise<void>>();

  /** One after the other in a thread, so that the latest stays; states in between are skipped. */
  async function setAll(place: string): Promise<void> {
    try {
      for (let want = wanted.get(place); want; want = wanted.get(place)) {
        wanted.delete(place);
        if (shown.get(place) !== want.status) await set(place, want);
      }
    } finally {
      atWork.delete(place);
    }
  }

  async function set(place: string, want: Want): Promise<void> {
    if (!(await features.has(want.thread.team, "sessions"))) return;
    const { thread, status, title } = want;
    const args = { channel_id: thread.channel, thread_ts: thread.root, status, title };
    const answer = await calls.other(thread.team, "agents.sessions.setStatus", args, {
      priority: 7,
      isRepeatable: true,
    });
    if (answer.kind === "ok") remember(place, status);
    else if (isFeatureOff(answer.failure)) await features.off(thread.team, "sessions", answer.failure.code);
  }

  function remember(place: string, status: Status): void {
    shown.delete(place);
    shown.set(place, status);
    if (shown.size > MOST_REMEMBERED) shown.delete(shown.keys().next().value ?? place);
  }

  return {
    follow(thread, card) {
      const place = `${thread.team}/${thread.channel}/${thread.root}`;
      const status = statusOf(card);
      if (!atWork.has(place) && shown.get(place) === status) return;
      wanted.set(place, { thread, status, title: labelText(card.goal, 200) || "Piloto" });
      if (atWork.has(place)) return;
      const setting = Promise.resolve(place).then(setAll);
      atWork.set(
        place,
        setting.catch((error: unknown) =>
          logger.warn({ face: SLACK, error }, "The status of an agent session could not be set."),
        ),
      );
    },
    async settled() {
      await Promise.all(atWork.values());
    },
  };
}

function statusOf({ state }: Card): Status {
  if (state === "draft" || state === "waiting") return "suspended";
  return state === "queued" || state === "running" ? "processing" : "active";
}
