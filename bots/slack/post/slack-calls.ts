import type { WebAPICallResult, WebClient } from "@slack/web-api";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { createSendLanes, type LanePace, type SendLanes } from "../../shared/send-lanes.ts";
import { failureOf, type SlackFailure } from "./slack-failure.ts";

export type Answer =
  | { readonly kind: "ok"; readonly data: WebAPICallResult & Record<string, unknown> }
  | { readonly kind: "failed"; readonly failure: SlackFailure };

export interface SlackCall {
  readonly team: string;
  readonly method: string;
  readonly args: Record<string, unknown>;
  /** Calls of one lane keep one pace. */
  readonly lane: string;
  readonly pace: LanePace;
  /** 0 goes before 9. */
  readonly priority: number;
  /** Twice does no harm: tried once more after a doubtful failure. */
  readonly isRepeatable?: boolean;
  /** Aborted before it is sent, it is not sent, and answers at once: `refused`, `unwanted`. */
  readonly signal?: AbortSignal;
}

/** The one way by which Piloto's messages reach a workspace: paced, rate limits waited out, failures named. */
export interface SlackCalls {
  call(call: SlackCall): Promise<Answer>;
  count(what: string): void;
  readonly counts: Readonly<Record<string, number>>;
}

interface Deps {
  readonly clientFor: (team: string) => Promise<WebClient | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of a workspace, everything together. */
  readonly together: LanePace;
}

/** Longer than this nobody waits inside: the outbox comes back later. */
const LONGEST_WAIT_MS = 60_000;
const MOST_WAITS = 6;

export function createSlackCalls({ clientFor, clock, logger, together }: Deps): SlackCalls {
  const teams = new Map<string, SendLanes>();
  /** Until when a method of a team rests, as Slack asked. */
  const resting = new Map<string, number>();
  const counts: Record<string, number> = {};

  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  function lanesOf(team: string): SendLanes {
    const known = teams.get(team) ?? createSendLanes(together);
    teams.set(team, known);
    return known;
  }

  async function once({ team, method, args }: SlackCall): Promise<Answer> {
    const client = await clientFor(team);
    if (!client) return { kind: "failed", failure: { kind: "chat-gone", code: "not_installed" } };
    try {
      return { kind: "ok", data: (await client.apiCall(method, args)) as WebAPICallResult & Record<string, unknown> };
    } catch (error) {
      return { kind: "failed", failure: failureOf(error) };
    }
  }

  /** Holds its place in the lane while it waits, so that what came later does not overtake. */
  async function waitedOut(call: SlackCall): Promise<Answer> {
    const rest = `${call.team} ${call.method}`;
    let repeats = call.isRepeatable ? 1 : 0;
    for (let waits = 0; ; ) {
      await clock.sleep((resting.get(rest) ?? 0) - clock.nowMs(), call.signal);
      if (call.signal?.aborted) return UNWANTED;
      const answer = await once(call);
      if (answer.kind === "ok") return answer;
      const { failure } = answer;
      if (failure.kind === "wait") {
        count("rateLimited");
        resting.set(rest, clock.nowMs() + failure.ms);
        waits += 1;
        if (failure.ms > LONGEST_WAIT_MS || waits >= MOST_WAITS) return answer;
        continue;
      }
      const mayHelp = failure.kind === "doubtful" || failure.kind === "unreached";
      if (!mayHelp || repeats === 0) return logged(call, answer);
      repeats -= 1;
    }
  }

  function logged(call: SlackCall, answer: Extract<Answer, { kind: "failed" }>): Answer {
    const { kind, code } = answer.failure;
    count("failures");
    logger.debug({ face: "slack", team: call.team, method: call.method, kind, code }, "A call to Slack failed.");
    return answer;
  }

  /** Who no longer wants a call does not wait for its turn, only for what was begun. */
  function call(call: SlackCall): Promise<Answer> {
    const { signal } = call;
    let isBegun = false;
    const answer = lanesOf(call.team).run(call.lane, call.pace, call.priority, () => {
      isBegun = true;
      return waitedOut(call);
    });
    if (!signal) return answer;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (!isBegun) resolve(UNWANTED);
      };
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  return { count, counts, call };
}

const UNWANTED: Answer = { kind: "failed", failure: { kind: "refused", code: "unwanted" } };
