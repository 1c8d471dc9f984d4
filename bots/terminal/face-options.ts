import type { Language } from "../../core/domain/chat.ts";
import type { ProjectId } from "../../core/domain/ids.ts";
import type { Core } from "../../core/index.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import type { Clock, IdSource } from "../../core/ports/clock.ts";

/** What a face on this machine is made of, before there is a core. */
export interface FaceOptions {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Which project new chats belong to; absent: the default one. */
  readonly projectId?: ProjectId;
  /** Who speaks at first, the part after `terminal:`. */
  readonly account: string;
  /** Where the conversation is at first, the part after `terminal:`. Default `main`. */
  readonly chat?: string;
  /** Language of the face itself, until a card of the chat shows another. */
  readonly language?: Language;
}

/** A face made in two steps: its platform goes into `createCore`, then the core into `attach`. */
export interface Face {
  readonly platform: ChatPlatform;
  attach(core: Core): void;
}

export const TERMINAL = "terminal";

/** Names of people and chats in the terminal. */
export const isTerminalName = (name: string): boolean => /^[A-Za-z0-9._-]{1,60}$/.test(name);
