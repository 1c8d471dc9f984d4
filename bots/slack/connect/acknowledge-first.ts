import type { App, ReceiverEvent } from "@slack/bolt";
import type { Logger } from "../../../core/ports/logger.ts";
import { explainFailure, withoutTokens } from "./explain-failure.ts";
import type { FaceState } from "./face-state.ts";

export type Deliver = (event: ReceiverEvent) => Promise<void>;

/** What Slack wants an answer in: these listeners acknowledge themselves, the rest is acknowledged before any work. */
const ANSWERED_LATER = ["view_submission", "block_suggestion"];
const KNOWN = ["event_callback", "block_actions", "shortcut", "message_action", "view_closed", ...ANSWERED_LATER];

/**
 * The edge of everything that Slack delivers: acknowledges, then hands over to Bolt. What Piloto cannot read is
 * acknowledged as well (Slack would only send it again), logged and counted. Never rejects.
 */
export function acknowledgeFirst(app: Pick<App, "processEvent">, logger: Logger, state: FaceState): Deliver {
  return async (event) => {
    state.count("received");
    if (event.retryNum) state.count("redelivered");
    const kind = kindOf(event.body);
    const ack = onceQuietly(event, logger, state);
    if (!kind || !ANSWERED_LATER.includes(kind)) await ack();
    if (!kind) return refuse(event.body, logger, state);
    try {
      await app.processEvent({ ...event, ack: ANSWERED_LATER.includes(kind) ? ack : async () => undefined });
    } catch (error) {
      state.count("failed");
      logger.error({ kind, error: withoutTokens(String(error)) }, "A delivery of Slack could not be worked on.");
    }
    await ack();
  };
}

/** The delivery's kind, or `undefined` for what no version of this code knows. */
function kindOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { type, command, event, view, actions } = body as Record<string, unknown>;
  if (typeof command === "string" && type === undefined) return "command";
  if (typeof type !== "string" || !KNOWN.includes(type)) return undefined;
  if (type === "event_callback") return isObject(event) && typeof event.type === "string" ? type : undefined;
  if (type === "block_actions") return Array.isArray(actions) && isObject(actions[0]) ? type : undefined;
  if (type.startsWith("view_")) return isObject(view) ? type : undefined;
  return type;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function refuse(body: unknown, logger: Logger, state: FaceState): void {
  state.count("unknown");
  const type = isObject(body) ? String(body.type).slice(0, 60) : typeof body;
  logger.warn({ type }, "Slack delivered something that Piloto does not know; it is acknowledged and left.");
}

/** Acknowledges at most once. A connection that went away in between is no failure: Slack delivers again. */
function onceQuietly({ ack }: ReceiverEvent, logger: Logger, state: FaceState): (response?: unknown) => Promise<void> {
  let isDone = false;
  return async (response) => {
    if (isDone) return;
    isDone = true;
    try {
      await ack(response);
      state.count("acknowledged");
    } catch (error) {
      state.count("acknowledgementsLost");
      logger.info({ why: explainFailure(error).why }, "An acknowledgement did not reach Slack, which delivers again.");
    }
  };
}
