import type { MessageRef } from "../../../core/ports/chat-platform.ts";

/** Where a message lies: `<channel>/<ts>`. The channel is not always the chat's: private replies may go to a DM. */
export interface SlackRef {
  readonly channel: string;
  readonly ts: string;
}

export const refOf = ({ channel, ts }: SlackRef): MessageRef => `${channel}/${ts}`;

/** `undefined` for what only one person saw, and for references that this face did not make. */
export function readRef(ref: MessageRef): SlackRef | undefined {
  const [, channel, ts] = /^([A-Z0-9]{2,30})\/(\d{1,16}\.\d{1,10})$/.exec(ref) ?? [];
  return channel && ts ? { channel, ts } : undefined;
}

/** Nothing can be edited there: Slack does not keep messages for one person. */
export const onlyToRef = (channel: string, ts: string): MessageRef => `only:${channel}/${ts}`;
