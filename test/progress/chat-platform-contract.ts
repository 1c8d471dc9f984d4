import { afterEach, describe, expect, test } from "vitest";
import type { Card, Outgoing } from "../../core/domain/card.ts";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import { exampleCard } from "../support/example-run.ts";

export interface PlatformUnderTest {
  readonly platform: ChatPlatform;
  /** Two chats of the platform, where its ids have a form of their own; else `<face>:main` and `<face>:other`. */
  readonly chats?: readonly [ChatId, ChatId];
  /** Everything a person sees in the chat, as one text: what was replaced or deleted is not in it… */
  seen(chatId: ChatId): string | Promise<string>;
  /** …but where a face writes on and on, as paper does. */
  readonly keepsWhatItReplaced?: boolean;
  /** Deletes the message as a person would; absent where people cannot. */
  remove?(ref: string): void | Promise<void>;
  /** The next call takes effect on the platform and its answer is lost; absent where nothing lies in between. */
  loseAnswer?(): void | Promise<void>;
  /** After the test. */
  end?(): Promise<void>;
}

/** What every face promises outward. Each platform's tests call this with a fresh platform per test. */
export function chatPlatformContract(name: string, open: () => Promise<PlatformUnderTest>): void {
  describe(`${name} keeps the contract of a chat platform`, () => {
    const opened: PlatformUnderTest[] = [];
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.end?.();
    });
    /** The platform under test with its chats, and what a person sees in the first. */
    async function fresh() {
      const subject = await open();
      opened.push(subject);
      const { platform } = subject;
      const own = (chat: string) => asId<ChatId>(`${platform.face}:${chat}`);
      const [chat, other] = subject.chats ?? [own("main"), own("other")];
      return { ...subject, chat, other, seenHere: async () => subject.seen(chat) };
    }
    facts(fresh);
    repeats(fresh);
  });
}

type Fresh = () => Promise<
  PlatformUnderTest & { readonly chat: ChatId; readonly other: ChatId; seenHere(): Promise<string> }
>;

const card = (change: Partial<Card> = {}): Outgoing => ({ kind: "card", ...exampleCard(), ...change });
const say = (text: string): Outgoing => ({ kind: "say", text });
const done = () => card({ headline: "Done · 2 steps in 4 s", state: "done", buttons: [] });
const times = (text: string, part: string) => text.split(part).length - 1;

async function refOf(posting: ReturnType<ChatPlatform["post"]>): Promise<string> {
  const posted = await posting;
  if (posted.kind !== "ok") throw new Error(posted.why);
  return posted.ref;
}

function facts(fresh: Fresh): void {
  test("a sentence that is posted is seen", async () => {
    const { platform, chat, seenHere } = await fresh();
    expect((await platform.post(chat, say("Good morning"), "k1")).kind).toBe("ok");
    expect(await seenHere()).toContain("Good morning");
  });

  test("a sentence with a file shows its words", async () => {
    const { platform, chat, seenHere } = await fresh();
    const files = [{ name: "step-1-3f9a2b71.txt", mediaType: "text/plain", text: "line\n".repeat(500) }];
    expect((await platform.post(chat, { kind: "say", text: "A long output", files }, "k1")).kind).toBe("ok");
    expect(await seenHere()).toContain("A long output");
  });

  test("a card shows its goal, operations, arguments and notes", async () => {
    const { platform, chat, seenHere } = await fresh();
    const shown = exampleCard();
    await platform.post(chat, { kind: "card", ...shown }, "k1");
    const text = (await seenHere()).replace(/[\s│|]+/g, "");
    for (const part of [shown.goal, ...shown.steps.flatMap((s) => [s.title, s.operation, s.args]), ...shown.notes]) {
      expect(text).toContain(part.replace(/\s+/g, ""));
    }
  });

  test("an edit shows the new facts, at the reference that the edit before gave", async () => {
    const { platform, chat, seenHere, keepsWhatItReplaced } = await fresh();
    const posted = await refOf(platform.post(chat, card(), "k1"));
    const edited = await refOf(platform.edit(chat, posted, card({ headline: "Running · 1 of 2", state: "running" })));
    expect((await platform.edit(chat, edited, done())).kind).toBe("ok");
    const text = await seenHere();
    expect(text).toContain("Done · 2 steps in 4 s");
    if (!keepsWhatItReplaced) expect(text).not.toContain("Running · 1 of 2");
  });

  test("two chats do not mix", async () => {
    const { platform, chat, other, seenHere } = await fresh();
    await platform.post(other, say("for the other"), "k1");
    await platform.post(chat, say("for this one"), "k2");
    expect(await seenHere()).not.toContain("for the other");
  });

  test("escape sequences in a text do not get through", async () => {
    const { platform, chat, seenHere } = await fresh();
    await platform.post(chat, say("before\u001B]0;owned\u0007\u001B[2Jafter"), "k1");
    const text = await seenHere();
    expect(text).not.toContain("owned");
    expect(text).toContain("beforeafter");
  });

  test("editing a deleted message says gone and does not throw", async () => {
    const { platform, chat, remove } = await fresh();
    if (!remove) return expect(platform.face).not.toBe("");
    const ref = await refOf(platform.post(chat, card(), "k1"));
    await remove(ref);
    expect((await platform.edit(chat, ref, card())).kind).toBe("gone");
  });

  test("unfinished words are not left standing beside the finished ones", async () => {
    const { platform, chat, seenHere } = await fresh();
    platform.preview?.(chat, "The stock of M8", "k1");
    platform.preview?.(chat, "The stock of M8 is four", "k1");
    await platform.post(chat, say("The stock of M8 is 400."), "k1");
    expect(times(await seenHere(), "The stock of M8")).toBe(1);
  });

  test("its pauses are whole numbers of milliseconds: ten seconds between edits at most", async () => {
    const { platform } = await fresh();
    const { editEveryMs, showElapsedEveryMs = 1_000 } = platform.limits;
    expect(Number.isInteger(editEveryMs) && editEveryMs >= 0 && editEveryMs <= 10_000).toBe(true);
    expect(Number.isInteger(showElapsedEveryMs) && showElapsedEveryMs >= 1_000).toBe(true);
  });
}

/** What holds when a crash or a lost answer came between a post and its record. */
function repeats(fresh: Fresh): void {
  test("what may be there and is, is not posted twice: the first reference comes back, as a repeat", async () => {
    const { platform, chat, seenHere } = await fresh();
    const ref = await refOf(platform.post(chat, say("only once"), "k1", { mayBeThere: false }));
    const again = await platform.post(chat, say("only once"), "k1", { mayBeThere: true });
    expect(again).toEqual({ kind: "ok", ref, isRepeat: true });
    expect(times(await seenHere(), "only once")).toBe(1);
  });

  test("what may be there and is not, is posted", async () => {
    const { platform, chat, seenHere } = await fresh();
    await platform.post(chat, say("said before"), "k1");
    const posted = await platform.post(chat, say("never said"), "k2", { mayBeThere: true });
    expect(posted.kind === "ok" && !posted.isRepeat).toBe(true);
    expect(times(await seenHere(), "never said")).toBe(1);
  });

  test("the same words under another key are another message", async () => {
    const { platform, chat, seenHere } = await fresh();
    await platform.post(chat, say("word for word"), "k1");
    await platform.post(chat, say("word for word"), "k2", { mayBeThere: true });
    expect(times(await seenHere(), "word for word")).toBe(2);
  });

  test("a sentence whose answer was lost is one message after the retry", async () => {
    const { platform, chat, seenHere, loseAnswer } = await fresh();
    if (!loseAnswer) return expect(platform.face).not.toBe("");
    await loseAnswer();
    // It may find out by itself, or fail; then core comes again.
    await platform.post(chat, say("only once"), "k1").catch(() => undefined);
    const again = await platform.post(chat, say("only once"), "k1", { mayBeThere: true });
    expect(again).toMatchObject({ kind: "ok", isRepeat: true });
    expect(times(await seenHere(), "only once")).toBe(1);
  });

  test("a card whose answer was lost is one card, and can be edited", async () => {
    const { platform, chat, seenHere, loseAnswer } = await fresh();
    if (!loseAnswer) return expect(platform.face).not.toBe("");
    await loseAnswer();
    await platform.post(chat, card(), "k1").catch(() => undefined);
    const ref = await refOf(platform.post(chat, card(), "k1", { mayBeThere: true }));
    expect((await platform.edit(chat, ref, done())).kind).toBe("ok");
    const text = await seenHere();
    expect(times(text, "Done · 2 steps in 4 s")).toBe(1);
    expect(times(text, exampleCard().headline)).toBe(0);
  });
}
