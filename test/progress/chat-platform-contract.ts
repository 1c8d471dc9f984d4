import { describe, expect, test } from "vitest";
import type { Card, Outgoing } from "../../core/domain/card.ts";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import { exampleCard } from "../support/example-run.ts";

export interface PlatformUnderTest {
  readonly platform: ChatPlatform;
  /** Everything a person sees in the chat, as one text. */
  seen(chatId: ChatId): string | Promise<string>;
  /** Deletes a message as a person would; absent where people cannot. */
  remove?(ref: string): void | Promise<void>;
}

/** What every face promises outward. Each platform's tests call this with a fresh platform per test. */
export function chatPlatformContract(name: string, open: () => Promise<PlatformUnderTest>): void {
  describe(`${name} keeps the contract of a chat platform`, () => {
    const card = (change: Partial<Card> = {}): Outgoing => ({ kind: "card", ...exampleCard(), ...change });
    const say = (text: string): Outgoing => ({ kind: "say", text });
    const chat = (platform: ChatPlatform) => asId<ChatId>(`${platform.face}:main`);

    test("a sentence that is posted is seen", async () => {
      const { platform, seen } = await open();
      expect((await platform.post(chat(platform), say("Good morning"), "k1")).kind).toBe("ok");
      expect(await seen(chat(platform))).toContain("Good morning");
    });

    test("a card shows its goal, operations, arguments and notes", async () => {
      const { platform, seen } = await open();
      const shown = exampleCard();
      await platform.post(chat(platform), { kind: "card", ...shown }, "k1");
      const text = (await seen(chat(platform))).replace(/[\s│|]+/g, "");
      for (const part of [shown.goal, ...shown.steps.flatMap((s) => [s.title, s.operation, s.args]), ...shown.notes]) {
        expect(text).toContain(part.replace(/\s+/g, ""));
      }
    });

    test("the same key posts once, gives the first reference and says that it is a repeat", async () => {
      const { platform, seen } = await open();
      const first = await platform.post(chat(platform), say("only once"), "k1");
      expect(await platform.post(chat(platform), say("only once"), "k1")).toEqual({ ...first, isRepeat: true });
      expect((await seen(chat(platform))).split("only once")).toHaveLength(2);
    });

    test("an edit shows the new facts", async () => {
      const { platform, seen } = await open();
      const posted = await platform.post(chat(platform), card(), "k1");
      if (posted.kind !== "ok") throw new Error(posted.why);
      const edited = await platform.edit(
        chat(platform),
        posted.ref,
        card({ headline: "Done · 2 steps in 4 s", state: "done", buttons: [] }),
      );
      expect(edited.kind).toBe("ok");
      expect(await seen(chat(platform))).toContain("Done · 2 steps in 4 s");
    });

    test("two chats do not mix", async () => {
      const { platform, seen } = await open();
      const other = asId<ChatId>(`${platform.face}:other`);
      await platform.post(other, say("for the other"), "k1");
      await platform.post(chat(platform), say("for this one"), "k2");
      expect(await seen(chat(platform))).not.toContain("for the other");
    });

    test("escape sequences in a text do not get through", async () => {
      const { platform, seen } = await open();
      await platform.post(chat(platform), say("before\u001B]0;owned\u0007\u001B[2Jafter"), "k1");
      const text = await seen(chat(platform));
      expect(text).not.toContain("owned");
      expect(text).toContain("beforeafter");
    });

    test("editing a deleted message says gone and does not throw", async () => {
      const { platform, remove } = await open();
      if (!remove) return expect(platform.face).not.toBe("");
      const posted = await platform.post(chat(platform), card(), "k1");
      if (posted.kind !== "ok") throw new Error(posted.why);
      await remove(posted.ref);
      expect((await platform.edit(chat(platform), posted.ref, card())).kind).toBe("gone");
    });

    test("its pause between edits is a whole number of milliseconds, at most ten seconds", async () => {
      const { platform } = await open();
      expect(Number.isInteger(platform.limits.editEveryMs)).toBe(true);
      expect(platform.limits.editEveryMs).toBeGreaterThanOrEqual(0);
      expect(platform.limits.editEveryMs).toBeLessThanOrEqual(10_000);
    });
  });
}
