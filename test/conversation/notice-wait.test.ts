import { describe, expect, test } from "vitest";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import { roundWait } from "../../core/domain/round-wait.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import type { FleetWait } from "../../core/ports/model-fleet.ts";
import { words } from "../../core/words/words.ts";
import type { BrainReply } from "../../src/demo/brain.ts";
import { settle } from "../support/manual-clock.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { openConversation } from "./conversation-house.ts";

const CHAT = asId<ChatId>("memory:one");
const ANSWER: BrainReply = { text: "A plan is a list. Nobody runs it alone." };

interface Waiting {
  readonly reply?: BrainReply;
  readonly text?: string;
  /** What the platform says to a notice: it lies in the chat as a message. */
  readonly isMessage?: boolean;
  readonly fails?: boolean;
}

/** A message whose request waits in the fleet until `answer`. */
async function waitingMessage({ reply = ANSWER, text = "what is a plan?", isMessage = true, fails }: Waiting = {}) {
  const shown: { text: string; key: string }[] = [];
  const platform: ChatPlatform = {
    ...memoryPlatform(),
    preview: () => {},
    notice(_chatId, notice, key) {
      shown.push({ text: notice, key });
      if (fails) throw new Error("The screen is gone.");
      return isMessage;
    },
  };
  const house = await openConversation({
    brain: () => reply,
    platforms: [platform],
    project: { access: { propose: [asId("memory:*")], confirm: [], administer: [] } },
  });
  let open = () => {};
  house.fakeFleet.gate = new Promise((resolve) => {
    open = resolve;
  });
  const said = house.say(text, "memory:ana", CHAT);
  while (house.fakeFleet.requests.length === 0) await settle(1);
  const request = house.fakeFleet.requests[0]!;
  return {
    house,
    request,
    waits: (wait: Partial<FleetWait>) => request.onWaiting?.({ ahead: 0, why: "busy", model: "qwen3:8b", ...wait }),
    notices: () => shown.map((one) => one.text),
    keys: () => shown.map(({ key }) => key),
    async answer() {
      open();
      await said;
      return house.stores.read((tx) => tx.outbox.due("memory", house.clock.nowMs(), 10));
    },
  };
}

describe("who waits for a PC", () => {
  test("is told what for after three seconds, and the notice counts down in its place", async () => {
    const { waits, notices, house, answer } = await waitingMessage();
    waits({ why: "loading", node: "pc2", aboutMs: 40_000 });
    await house.clock.advance(2_900);
    expect(notices()).toEqual([]);
    await house.clock.advance(200);
    expect(notices()).toEqual(["About 40 s: qwen3:8b is loading on pc2."]);
    await house.clock.advance(15_000);
    expect(notices().slice(1)).toEqual([
      "About 30 s: qwen3:8b is loading on pc2.",
      "About 20 s: qwen3:8b is loading on pc2.",
    ]);
    waits({ ahead: 3, aboutMs: 61_000 });
    expect(notices().at(-1)).toBe("About 1 minute: 3 requests go before yours.");
    await house.clock.advance(5 * 60_000);
    expect(notices().at(-1)).toBe("A moment: 3 requests go before yours.");
    await answer();
  });

  test("sees the answer in the notice's place", async () => {
    const { waits, keys, house, answer } = await waitingMessage();
    waits({ why: "no-pc" });
    await house.clock.advance(4_000);
    const due = await answer();
    expect(due).toMatchObject([{ kind: "say", key: keys()[0], say: { text: ANSWER.text } }]);
  });

  test("sees one sentence in its place when a plan comes, and none where the notice was no message", async () => {
    const call = { name: "mcp_request", arguments: { service: "shop", operation: "GET /parts", arguments: {} } };
    for (const isMessage of [true, false]) {
      const waiting = await waitingMessage({ reply: { toolCalls: [call] }, text: "show all parts", isMessage });
      waiting.waits({ aboutMs: 20_000 });
      await waiting.house.clock.advance(4_000);
      const said = (await waiting.answer()).flatMap((row) => (row.kind === "say" ? [[row.key, row.say.text]] : []));
      expect(said).toEqual(isMessage ? [[waiting.keys()[0], "Here is the plan."]] : []);
    }
  });

  test("hears nothing of a short wait, and nothing after the answer", async () => {
    const { waits, notices, house, answer } = await waitingMessage();
    waits({ aboutMs: 2_000 });
    await house.clock.advance(1_000);
    await answer();
    waits({ aboutMs: 90_000 });
    await house.clock.advance(60_000);
    expect(notices()).toEqual([]);
  });

  test("is told in Spanish in a Spanish chat", async () => {
    const { waits, notices, house, answer } = await waitingMessage({ text: "¿qué es un plan en este taller?" });
    waits({ aboutMs: 25_000, ahead: 3 });
    await house.clock.advance(3_000);
    await answer();
    expect(notices()).toEqual(["Unos 20 s: van 3 peticiones antes que la tuya.", "Piloto está pensando"]);
  });

  test("sees a model's name as text: what a PC told steers no terminal and breaks no line", async () => {
    const { waits, notices, house, answer } = await waitingMessage();
    const model = `a\u001b[2J\u001b]0;owned\u0007\nb\u202e${"x".repeat(500)}`;
    waits({ model, why: "loading", node: "pc\u001b[31m2" });
    await house.clock.advance(3_000);
    await answer();
    expect(notices()[0]).toBe(`Waiting: a b${"x".repeat(76)}… is loading on pc2.`);
  });

  test("gets the answer although the face fails to show what it waits for", async () => {
    const { waits, notices, house, answer } = await waitingMessage({ fails: true });
    waits({ why: "no-pc" });
    await house.clock.advance(3_000);
    await answer();
    expect(notices()).toHaveLength(2);
    expect(await house.told(CHAT)).toEqual([ANSWER.text]);
  });

  test("counts for the project, before what nobody waits for, on the PC that knows the chat", async () => {
    const { request, answer } = await waitingMessage();
    expect(request).toMatchObject({ share: "shop", priority: "interactive", affinity: CHAT });
    await answer();
  });
});

test("a wait is told in few steps, each within a factor of two of the guess", () => {
  const shown = [0, 9_999, 10_000, 17_000, 18_000, 29_000, 36_000, 55_000, 100_000, 200_000, 260_000, 500_000, 4e6];
  expect(shown.map((ms) => roundWait(ms) / 1000)).toEqual([0, 0, 15, 15, 20, 30, 40, 60, 120, 180, 300, 600, 600]);
  expect([Number.NaN, -5].map(roundWait)).toEqual([0, 0]);
  for (let ms = 10_000; ms < 1_200_000; ms += 500) {
    const ratio = roundWait(ms) / ms;
    expect(ratio > 0.5 && ratio < 2, `${ms}`).toBe(true);
  }
});

test("every wait reads well in both languages", () => {
  const read = (language: "en" | "es") => {
    const say = words(language).fleet;
    const about = [5_000, 60_000, 120_000, 700_000, undefined];
    return [
      ...about.map((ms) => say.busy("m:8b", 1, ms)),
      say.busy("m:8b", 0, 20_000),
      say.loading("m:8b", undefined, 15_000),
      say.noPc,
    ];
  };
  expect(read("en")).toEqual([
    "A moment: 1 request goes before yours.",
    "About 1 minute: 1 request goes before yours.",
    "About 2 minutes: 1 request goes before yours.",
    "10 minutes or more: 1 request goes before yours.",
    "Waiting: 1 request goes before yours.",
    "About 20 s: every PC for m:8b is busy.",
    "About 15 s: m:8b is loading.",
    "No PC answers right now; your message waits for one.",
  ]);
  expect(read("es")).toEqual([
    "Un momento: va 1 petición antes que la tuya.",
    "Más o menos 1 minuto: va 1 petición antes que la tuya.",
    "Unos 2 minutos: va 1 petición antes que la tuya.",
    "10 minutos o más: va 1 petición antes que la tuya.",
    "En espera: va 1 petición antes que la tuya.",
    "Unos 20 s: todos los PC para m:8b están ocupados.",
    "Unos 15 s: m:8b se está cargando.",
    "Ahora mismo no responde ningún PC; tu mensaje espera a que responda uno.",
  ]);
});
