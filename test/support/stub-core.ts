import type { Card } from "../../core/domain/card.ts";
import type { IncomingMessage } from "../../core/domain/chat.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { Core, Press } from "../../core/index.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import { exampleCard, exampleRun } from "./example-run.ts";

/** A core of a few lines for the tests of faces: "plan" brings the example's card, anything else is answered. */
export interface StubCore extends Core {
  readonly messages: IncomingMessage[];
  readonly presses: Press[];
  /** Shows the run's card with these changes. */
  show(chatId: ChatId, change: Partial<Card>): Promise<void>;
  say(chatId: ChatId, text: string): Promise<void>;
}

export function stubCore(platform: ChatPlatform): StubCore {
  const messages: IncomingMessage[] = [];
  const presses: Press[] = [];
  const refs = new Map<ChatId, string>();
  let said = 0;

  async function show(chatId: ChatId, change: Partial<Card>): Promise<void> {
    const card = { kind: "card" as const, ...exampleCard(), ...change };
    const ref = refs.get(`${chatId}${card.runId}` as ChatId);
    const posted = ref
      ? await platform.edit(chatId, ref, card)
      : await platform.post(chatId, card, `card:${card.runId}:${chatId}`);
    if (posted.kind === "ok") refs.set(`${chatId}${card.runId}` as ChatId, posted.ref);
  }

  async function say(chatId: ChatId, text: string): Promise<void> {
    said += 1;
    await platform.post(chatId, { kind: "say", text }, `say:${said}`);
  }

  return {
    messages,
    presses,
    show,
    say,
    start: async () => {},
    stop: async () => {},
    idle: async () => {},
    async receiveMessage(message) {
      messages.push(message);
      if (message.text === "") return { kind: "refused", reply: "There is nothing in it." };
      if (message.text.startsWith("plan")) await show(message.chatId, {});
      else if (message.text !== "silence") await say(message.chatId, `You said: ${message.text}`);
      return { kind: "accepted" };
    },
    proposeCall: async () => ({ kind: "not-allowed" }),
    knowsChat: async (chatId) => messages.some((message) => message.chatId === chatId),
    stopChat: async () => ({ reply: "Nothing is running here." }),
    command: async ({ command }) => ({ text: `You asked for ${command}.` }),
    showRun: async (runId) => (runId === exampleRun().id ? { run: exampleRun(), card: exampleCard() } : undefined),
    overview: async () => ({ language: "en", waiting: [], active: [], finished: [], nodes: [], isKnown: true }),
    suggest: async () => [],
    refreshCards: async () => {},
    async pressButton(press) {
      presses.push(press);
      if (press.action !== "confirm") {
        return { decision: { kind: "refused", why: "not here" }, reply: `Nothing was changed by ${press.action}.` };
      }
      const run = exampleRun({ state: "queued" });
      await show(messages.at(-1)?.chatId ?? run.chatId, exampleCard({ state: "queued" }));
      return { decision: { kind: "accepted", action: "confirm", run }, reply: "Confirmed. It starts now." };
    },
  };
}
