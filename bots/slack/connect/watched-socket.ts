import { SocketModeClient, type SocketModeOptions } from "@slack/socket-mode";

/** `disconnect` of Slack, before the package has closed the connection: a new one can be opened at once. */
export const TOLD_TO_GO = "piloto-told-to-go";
/** An envelope that the package cannot take. */
export const UNREADABLE = "piloto-unreadable";

/** The package raises an event by the name in the payload: these are its own, and must not come from outside. */
const OWN_EVENTS = new Set([
  "error",
  "close",
  "ws_message",
  "connecting",
  "connected",
  "reconnecting",
  "disconnecting",
]);
for (const name of ["disconnected", "authenticated", "slack_event", "outgoing_message", TOLD_TO_GO, UNREADABLE]) {
  OWN_EVENTS.add(name);
}

/**
 * Slack's Socket Mode client (3.1.0) for one connection, without two of its traps: an envelope without the payload
 * that it expects ends in an unhandled rejection, which ends the process; and it waits for the close handshake before
 * it says that Slack asked to reconnect.
 */
export class WatchedSocket extends SocketModeClient {
  constructor(options: SocketModeOptions) {
    super({ ...options, autoReconnectEnabled: false });
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const message = isBinary ? undefined : readMessage(String(data));
    if (!message) return void this.emit(UNREADABLE, undefined);
    if (message.type === "disconnect") this.emit(TOLD_TO_GO, String(message.reason ?? "disconnect").slice(0, 60));
    if (typeof message.envelope_id === "string" && !isTakable(message)) {
      return void this.emit(UNREADABLE, message.envelope_id);
    }
    try {
      await super.onWebSocketMessage(data, false);
    } catch (error) {
      this.emit(UNREADABLE, message.envelope_id, error);
    }
  }

  /** Acknowledges an envelope that nobody can read: Slack would send it again. */
  async acknowledge(envelopeId: string): Promise<void> {
    await (this as unknown as { send(id: string): Promise<void> }).send(envelopeId);
  }
}

type Message = Readonly<Record<string, unknown>>;

function readMessage(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isTakable({ type, payload }: Message): boolean {
  if (typeof type !== "string" || OWN_EVENTS.has(type)) return false;
  if (typeof payload !== "object" || payload === null) return false;
  if (type !== "events_api") return true;
  const { event } = payload as { event?: { type?: unknown } };
  return typeof event?.type === "string" && !OWN_EVENTS.has(event.type);
}
