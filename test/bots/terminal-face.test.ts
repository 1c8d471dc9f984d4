import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { createTerminalFace, type TerminalFace } from "../../bots/index.ts";
import type { Card } from "../../core/domain/card.ts";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import { chatPlatformContract } from "../progress/chat-platform-contract.ts";
import { countingIds, manualClock, settle } from "../support/manual-clock.ts";
import { stubCore } from "../support/stub-core.ts";
import { tinyTerminal } from "../support/tiny-terminal.ts";

const main = asId<ChatId>("terminal:main");
const night = asId<ChatId>("terminal:night");
const faces: { face: TerminalFace; ended: Promise<number> }[] = [];

afterEach(async () => {
  for (const { face, ended } of faces.splice(0)) {
    face.leave();
    await ended;
  }
});

/** Keys as a terminal sends them. */
const keys = {
  enter: "\r",
  ctrlC: "\u0003",
  up: "\u001B[A",
  escape: "\u001B",
  paste: (text: string) => `\u001B[200~${text}\u001B[201~`,
};

async function sit({ columns = 80, rows = 30, env = {} as Record<string, string>, isTTY = true } = {}) {
  const terminal = tinyTerminal(columns, rows);
  terminal.stdout.isTTY = isTTY;
  const stdin = Object.assign(new PassThrough(), {
    isTTY,
    isRaw: false,
    setRawMode(raw: boolean) {
      stdin.isRaw = raw;
    },
  });
  const clock = manualClock();
  const face = createTerminalFace({
    stdin,
    stdout: terminal.stdout,
    env: { TERM: "xterm-256color", NO_COLOR: "1", ...env },
    clock,
    ids: countingIds(),
    account: "ana",
  });
  const core = stubCore(face.platform);
  face.attach(core);
  const ended = face.run();
  ended.catch(() => undefined);
  faces.push({ face, ended });
  await settle();
  const type = async (...typed: string[]) => {
    for (const text of typed) {
      stdin.write(text);
      await settle();
    }
  };
  const see = () => terminal.screen().join("\n");
  return {
    terminal,
    stdin,
    clock,
    face,
    core,
    ended,
    type,
    see,
    show: async (change: Partial<Card>) => {
      await core.show(main, change);
      await settle();
    },
  };
}

chatPlatformContract("the live terminal", async () => {
  const { face, terminal } = await sit({ columns: 100, rows: 50 });
  return {
    platform: face.platform,
    keepsWhatItReplaced: true,
    async seen() {
      await settle();
      return terminal.everything().replace(/^\[other\].*$/gm, "");
    },
  };
});
chatPlatformContract("the plain terminal", async () => {
  const { face, terminal } = await sit({ columns: 100, rows: 50, isTTY: false });
  return {
    platform: face.platform,
    keepsWhatItReplaced: true,
    async seen() {
      await settle();
      return terminal.everything().replace(/^\[other\].*$/gm, "");
    },
  };
});

test("a draft stands at the bottom, whole, with the letters of its buttons", async () => {
  const { type, see } = await sit();
  await type("plan the bolts", keys.enter);
  expect(see()).toMatchInlineSnapshot(`
    "Piloto · you are ana
    Say what you need. /help lists commands, Ctrl-C twice leaves.
    ana › plan the bolts
    ╭─ Plan · 2 steps ────────────────────────────────── changes things · 5b1110 ─╮
    │ Raise the stock of M8 bolts to 400                                          │
    │                                                                             │
    │ ○  1 Look up the part                                                       │
    │      workshop GET /parts/{id}                                               │
    │      {"path":{"id":"M8"}}                                                   │
    │ ○  2 Set the stock                                                   writes │
    │      workshop PUT /parts/{id}/stock                                         │
    │      {"path":{"id":"{{steps.1.body.id}}"},"body":{"quantity":400}}          │
    │                                                                             │
    │ Asked by ana, 09:00 UTC.                                                    │
    │ May confirm: ben.                                                           │
    │ Expires unconfirmed at 2026-01-06 09:00 UTC; silence is never a yes.        │
    ├─────────────────────────────────────────────────────────────────────────────┤
    │ [c] Confirm   [e] Edit   [d] Dry run   [x] Cancel                           │
    ╰─────────────────────────────────────────────────────────────────────────────╯
    ana ›
    letter, then Enter"
  `);
});

test("a card that runs changes in place and keeps what is typed", async () => {
  const { type, show, see, terminal } = await sit();
  await type("plan", keys.enter, "half a sen");
  await show({
    state: "running",
    headline: "Running · 1 of 2",
    buttons: [{ action: "stop", label: "Stop", style: "danger" }],
  });
  expect(see()).toContain("Running · 1 of 2");
  expect(see()).not.toContain("Plan · 2 steps");
  expect(see()).toContain("ana › half a sen");
  await type("tence");
  expect(see()).toContain("ana › half a sentence");
  expect(terminal.cursor().column).toBe("ana › half a sentence".length);
});

test("a card that is over stays above for good", async () => {
  const { type, show, see } = await sit();
  await type("plan", keys.enter);
  await show({ state: "done", headline: "Done · 2 steps in 4 s", buttons: [] });
  await type("thanks", keys.enter);
  expect(see().match(/Done · 2 steps in 4 s/g)).toHaveLength(1);
  expect(see().indexOf("Done")).toBeLessThan(see().indexOf("ana › thanks"));
});

test("a letter alone presses nothing before Enter, and a word that begins with it is a message", async () => {
  const { type, core, see } = await sit();
  await type("plan", keys.enter, "c");
  expect(core.presses).toEqual([]);
  expect(see()).toContain("Enter: Confirm");
  await type("an you wait?", keys.enter);
  expect(core.presses).toEqual([]);
  expect(core.messages.at(-1)?.text).toBe("can you wait?");
});

test("a letter and Enter press the button of the card at the bottom, as the person who acts", async () => {
  const { type, core, see } = await sit();
  await type("plan", keys.enter, "/as ben", keys.enter, "c", keys.enter);
  expect(core.presses).toMatchObject([{ action: "confirm", by: "terminal:ben", revision: 1 }]);
  expect(see()).toContain("Piloto › Confirmed. It starts now.");
});

test("a letter presses nothing once the card has scrolled up: it is sent as words", async () => {
  const { type, core } = await sit();
  await type("plan", keys.enter, "which one?", keys.enter, "c", keys.enter);
  expect(core.presses).toEqual([]);
  expect(core.messages.at(-1)?.text).toBe("c");
});

test("a card that scrolled up comes back when its state changes", async () => {
  const { type, show, see } = await sit({ rows: 60 });
  await type("plan", keys.enter, "confirm", keys.enter);
  await show({ state: "queued", headline: "Confirmed · waiting", buttons: [] });
  expect(see().indexOf("Confirmed · waiting")).toBeGreaterThan(see().indexOf("ana › confirm"));
});

test("progress of a card that is not at the bottom is one line", async () => {
  const { type, core, see } = await sit({ rows: 60 });
  await type("plan", keys.enter);
  await core.show(main, { runId: asId("run-other"), state: "running", headline: "Running · 1 of 9", buttons: [] });
  await settle();
  expect(see()).toContain("▶ Running · 1 of 9 · Raise the stock of M8 bolts to 400");
  expect(see()).toContain("[c] Confirm");
});

test("a spinner with the seconds turns while Piloto thinks, and goes when it answers", async () => {
  const { type, clock, core, see } = await sit();
  await type("silence", keys.enter);
  await clock.advance(3_000);
  expect(see()).toContain("Piloto is thinking · 3 s");
  await core.say(main, "here I am");
  await settle();
  expect(see()).not.toContain("thinking");
});

test("what an answer waits for stands where Piloto thinks, cut to the width, and goes with the answer", async () => {
  const { type, see, core, face, clock, show } = await sit({ columns: 60 });
  await type("silence", keys.enter);
  face.platform.notice?.(main, "About 40 s: a-model-with-a-very-long-name:8b is loading on pc2.", "reply:1");
  await clock.advance(3_000);
  expect(see()).toMatch(/About 40 s: a-model-with-a-very-long-name.* · 3 s$/m);
  expect(see()).not.toContain("thinking");
  face.platform.notice?.(night, "About 1 minute: m is loading.", "reply:2");
  await core.say(main, "Here it is.");
  await show({});
  expect(see()).not.toMatch(/About|minute/);
});

describe("changing a plan before it is confirmed", () => {
  test.each([
    ["step, argument, value", ["2", "s", "2", "300"], { kind: "set", step: 2, path: ["body", "quantity"], value: 300 }],
    ["drop", ["1", "d"], { kind: "drop", step: 1 }],
    ["move", ["2", "m", "1"], { kind: "move", step: 2, to: 1 }],
    ["in words", ["make it 300 instead"], { kind: "words", text: "make it 300 instead" }],
    ["a step in words", ["2", "only half of it"], { kind: "words", text: "In step 2: only half of it" }],
    ["in one line", ["set 2 body.quantity 300"], { kind: "set", step: 2, path: ["body", "quantity"], value: 300 }],
    ["text that was text", ["set 1 path.id 007"], { kind: "set", step: 1, path: ["path", "id"], value: "007" }],
    ["after a wrong choice", ["9", "2", "d"], { kind: "drop", step: 2 }],
  ])("%s", async (_how, answers, change) => {
    const { type, core } = await sit();
    await type("plan", keys.enter, "e", keys.enter);
    for (const answer of answers) await type(answer, keys.enter);
    expect(core.presses).toMatchObject([{ action: "edit", change, by: "terminal:ana", revision: 1 }]);
  });

  test("an empty answer, Escape or Ctrl-C leaves the plan as it is", async () => {
    for (const way of [keys.enter, keys.ctrlC]) {
      const { type, core, see } = await sit();
      await type("plan", keys.enter, "e", keys.enter, way);
      expect(see()).toContain("The plan stays as it is.");
      expect(core.presses).toEqual([]);
    }
  });
});

test("Ctrl-C clears the line, then stops what runs, and twice leaves", async () => {
  const { type, show, core, clock, ended, see, stdin } = await sit();
  await type("plan", keys.enter, "something", keys.ctrlC);
  expect(see()).not.toContain("something");
  await clock.advance(3_000);
  await show({ state: "running", buttons: [{ action: "stop", label: "Stop", style: "danger" }] });
  await type(keys.ctrlC);
  expect(core.presses).toMatchObject([{ action: "stop" }]);
  expect(see()).toContain("Ctrl-C again leaves");
  await type(keys.ctrlC);
  expect(await ended).toBe(0);
  expect(stdin.isRaw).toBe(false);
});

test("earlier lines come back with the up key", async () => {
  const { type, see } = await sit();
  await type("first", keys.enter, "second", keys.enter, keys.up, keys.up);
  expect(see().split("\n").at(-1)).toBe("ana › first");
});

test("a paste of several lines is one message", async () => {
  const { type, core, see } = await sit();
  await type(keys.paste("one\rtwo"));
  expect(see()).toContain("ana › one⏎two");
  await type(keys.enter);
  expect(core.messages.map((message) => message.text)).toEqual(["one\ntwo"]);
});

test("escape sequences of a model, a service or a person never reach the terminal", async () => {
  const { type, core, show, see, terminal } = await sit();
  const evil = "\u001B]0;owned\u0007\u001B[2J\u009B31mred\u202E\r\b";
  await core.say(main, `said ${evil}`);
  await show({ goal: `goal ${evil}`, headline: `head ${evil}`, notes: [`note ${evil}`], hash: evil });
  await core.say(night, `elsewhere ${evil}`);
  await settle();
  expect(see()).toContain("said red");
  expect(terminal.raw()).not.toContain("owned");
  await type(keys.paste(`typed ${evil}`), keys.enter);
  expect(see()).toContain("ana › typed");
});

test("a long text is cut with a visible count, and /more shows the rest", async () => {
  const { core, type, terminal } = await sit({ rows: 30 });
  await core.say(main, Array.from({ length: 100 }, (_, n) => `line ${n}.`).join("\n"));
  await settle();
  expect(terminal.everything()).toContain("… 60 more lines. /more shows them.");
  expect(terminal.everything()).not.toContain("line 40.");
  await type("/more", keys.enter, "/more", keys.enter);
  expect(terminal.everything()).toContain("line 99.");
});

test("a draft that is higher than the screen is written whole above its letters", async () => {
  const { type, terminal, see } = await sit({ rows: 12 });
  await type("plan", keys.enter);
  expect(terminal.everything()).toContain('{"path":{"id":"{{steps.1.body.id}}"},"body":{"quantity":400}}');
  expect(see()).toContain("[c] Confirm");
  expect(see()).toContain("ana ›");
});

test("wide characters and pictures keep the frame straight", async () => {
  const { show, terminal } = await sit();
  await show({ goal: "把 M8 螺栓的库存提高到 400 👩‍👩‍👧 ✔️ über", notes: ["备注".repeat(60)] });
  const right = terminal.screen().filter((line) => line.startsWith("│"));
  expect(right.length).toBeGreaterThan(5);
  expect(right.every((line) => line.endsWith("│"))).toBe(true);
});

test.each([20, 37, 60, 200])("nothing runs over the edge of a terminal of %i columns", async (columns) => {
  const { type, see } = await sit({ columns });
  await type("plan", keys.enter, "e", keys.enter, "2", keys.enter, "x".repeat(250));
  expect(see()).toContain("xxx");
});

test("a terminal that changes its size is painted afresh without leftovers", async () => {
  const { type, see, terminal } = await sit({ columns: 90, rows: 40 });
  await type("plan", keys.enter);
  for (const [columns, rows] of [
    [50, 40],
    [120, 45],
    [61, 30],
  ] as const) {
    terminal.resize(columns, rows);
    await settle();
    expect(see().match(/╭─ Plan/g)).toHaveLength(1);
    expect(see().match(/╰─/g)).toHaveLength(1);
  }
});

test("another chat is told in one line, and its sentences wait there", async () => {
  const { core, type, see } = await sit();
  await core.say(night, "The press stands still.\nLook at it.");
  await settle();
  expect(see()).toContain("[night] The press stands still. Look at it.");
  await type("/chat night", keys.enter);
  expect(see()).toContain("Piloto › The press stands still.");
  expect(see()).toContain("ana@night ›");
  await type("hello", keys.enter);
  expect(core.messages.at(-1)).toMatchObject({ chatId: "terminal:night", text: "hello" });
});

test("a command that does not exist is not sent as a message", async () => {
  const { type, core, see } = await sit();
  await type("/conifrm", keys.enter);
  expect(see()).toContain("There is no command /conifrm.");
  expect(core.messages).toEqual([]);
});

test("colours follow NO_COLOR, FORCE_COLOR and TERM", async () => {
  const coloured = async (env: Record<string, string>) => {
    const { type, terminal } = await sit({ env });
    await type("plan", keys.enter);
    return /\u001B\[\d+m/.test(terminal.raw());
  };
  expect(await coloured({ NO_COLOR: "" })).toBe(true);
  expect(await coloured({ NO_COLOR: "1" })).toBe(false);
  expect(await coloured({ NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(true);
  expect(await coloured({ NO_COLOR: "", FORCE_COLOR: "0" })).toBe(false);
  expect(await coloured({ NO_COLOR: "", TERM: "dumb" })).toBe(false);
});

test("a dumb terminal gets plain lines without a single escape sequence", async () => {
  const { type, show, terminal } = await sit({ env: { TERM: "dumb" } });
  await type("plan\n");
  await show({ state: "running", headline: "Running · 1 of 2", buttons: [] });
  await show({ state: "running", headline: "Running · 2 of 2", buttons: [] });
  expect(terminal.raw()).not.toContain("\u001B");
  expect(terminal.raw()).toContain("+- Plan");
  expect(terminal.raw()).toContain("> Running · 2 of 2 · Raise the stock");
});

test("when the input ends, what was asked is answered before the face leaves", async () => {
  const { stdin, ended, core, terminal } = await sit({ isTTY: false });
  stdin.end("hello\n");
  expect(await ended).toBe(0);
  expect(core.messages).toHaveLength(1);
  expect(terminal.everything()).toContain("You said: hello");
});

test("a bug in the core ends the face with that error, the terminal put back in order", async () => {
  const { type, core, ended, stdin } = await sit();
  core.receiveMessage = () => Promise.reject(new TypeError("a bug"));
  await type("hello", keys.enter);
  await expect(ended).rejects.toThrow("a bug");
  expect(stdin.isRaw).toBe(false);
  faces.pop();
});

test("the output of a step that is told for its file is left out: the card says how the step ended", async () => {
  const { face, terminal } = await sit();
  const outputOf = { runId: asId<RunId>("r"), step: 1 };
  const files = [{ name: "step-1-r.txt", mediaType: "text/plain", text: "everything" }];
  const posted = await face.platform.post(main, { kind: "say", text: "the tail", outputOf, files }, "output:r:1:1");
  expect(posted.kind).toBe("ok");
  await face.platform.post(main, { kind: "say", text: "an answer", files }, "k");
  await settle();
  expect(terminal.everything()).toContain("an answer");
  expect(terminal.everything()).not.toContain("the tail");
});
