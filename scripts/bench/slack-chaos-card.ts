import type { Delivery } from "../../test/support/slack-server/deliver.ts";
import { elementsIn } from "../../test/support/slack-server/find-element.ts";
import type { SlackMessage } from "../../test/support/slack-server/slack-server.ts";

/** A card as people see it. `message` is what stands in Slack, edits included. */
export interface OpenCard {
  readonly runId: string;
  readonly message: SlackMessage;
  /** What it offered when somebody looked last. */
  sign: string;
  /** When somebody acts on it next, if it still offers the same. */
  sinceMs: number;
}

export function readOpenCard(message: SlackMessage, sinceMs: number): OpenCard | undefined {
  const runId = runOf(message);
  return runId === undefined ? undefined : { runId, message, sign: "", sinceMs };
}

/** The run whose card a message is. */
export function runOf({ metadata }: SlackMessage): string | undefined {
  const runId = metadata?.event_type === "piloto_card" ? metadata.event_payload.run_id : undefined;
  return typeof runId === "string" ? runId : undefined;
}

/** The buttons of a card by their action, and all of it as one text that changes with every revision. */
export function offered({ blocks = [] }: SlackMessage): { buttons: string[]; sign: string } {
  const found = elementsIn(blocks).map(({ element }) => element);
  const buttons = found.map(({ action_id: id }) => String(id));
  return { buttons, sign: found.map(({ action_id: id, value }) => `${String(id)} ${String(value)}`).join() };
}

/** Slack tells an app of its own messages as well. */
export function isOfPiloto({ payload }: Pick<Delivery, "payload">): boolean {
  const { event } = payload as { event?: { bot_id?: string; message?: { bot_id?: string } } };
  return event?.bot_id !== undefined || event?.message?.bot_id !== undefined;
}
