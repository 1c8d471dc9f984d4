import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { createScriptFace } from "../../bots/index.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import { countingIds, manualClock, settle } from "../support/manual-clock.ts";
import { type StubCore, stubCore } from "../support/stub-core.ts";

function scripted({ json = true, core: change = {} as Partial<StubCore> } = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const clock = manualClock();
  const face = createScriptFace({
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    clock,
    ids: countingIds(),
    account: "ana",
    json,
  });
  const core = Object.assign(stubCore(face.platform), change);
  face.attach(core);
  const out = () => String(stdout.read() ?? "");
  return { face, core, clock, out, err: () => String(stderr.read() ?? "") };
}

const script = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line)).join("\n");

test("a script says, waits for the card, presses, and prints each as one JSON line", async () => {
  const { face, core, out, err } = scripted();
  const played = face.run(
    script(
      { as: "ana", say: "plan the bolts" },
      { wait: "card", state: "draft" },
      { as: "ben", press: "confirm", run: "latest" },
      { wait: "idle" },
    ),
  );
  expect(await played).toBe(0);
  const lines = out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => [line.type, line.state ?? line.decision?.kind])).toEqual([
    ["card", "draft"],
    ["card", "queued"],
    ["pressed", "accepted"],
  ]);
  expect(lines[0]).toMatchObject({
    chat: "main",
    how: "posted",
    goal: "Raise the stock of M8 bolts to 400",
    revision: 1,
  });
  expect(lines[2]).toMatchObject({ as: "ben", action: "confirm", reply: "Confirmed. It starts now.", line: 3 });
  expect(core.messages[0]).toMatchObject({ chatId: "terminal:main", account: "terminal:ana", text: "plan the bolts" });
  expect(core.presses).toMatchObject([{ by: "terminal:ben", revision: 1, action: "confirm" }]);
  expect(err()).toBe("");
});

test("every message of a script has a key of its own", async () => {
  const { face, core } = scripted();
  await face.run(script({ say: "one" }, { say: "one" }));
  expect(new Set(core.messages.map((message) => message.key)).size).toBe(2);
});

test("an edit and an older revision go through as written", async () => {
  const { face, core } = scripted();
  const change = { kind: "set", step: 2, path: ["body", "quantity"], value: 300 };
  await face.run(script({ say: "plan" }, { press: "edit", revision: 7, change }));
  expect(core.presses).toMatchObject([{ action: "edit", revision: 7, change }]);
});

test("a wait for a revision ends when the card shows it", async () => {
  const { face, core, out } = scripted();
  const played = face.run(script({ say: "plan" }, { wait: "card", revision: 2 }, { press: "cancel" }));
  await settle();
  expect(core.presses).toEqual([]);
  await core.show(asId("terminal:main"), { revision: 2 });
  expect(await played).toBe(0);
  expect(core.presses).toMatchObject([{ action: "cancel", revision: 2 }]);
  expect(out()).toContain('"how":"edited"');
});

test("chat switches the conversation, and a card of another chat is not the latest here", async () => {
  const { face, core, err } = scripted();
  const code = await face.run(script({ say: "plan" }, { chat: "night" }, { say: "hello" }, { press: "confirm" }));
  expect(code).toBe(1);
  expect(core.messages.map((message) => message.chatId)).toEqual(["terminal:main", "terminal:night"]);
  expect(err()).toBe('Line 4: No card fits run "latest" in this chat. A {"wait":"card"} line before it may help.\n');
});

test.each([
  ['{"say":5}', 'Line 2: "say": '],
  ['{"press":"explode"}', 'Line 2: "press": '],
  ['{"wait":"ms"}', 'Line 2: "wait": '],
  ['{"as":"a b","say":"x"}', 'Line 2: "as": must be 1 to 60 letters'],
  ['{"say":"x","press":"confirm"}', "Line 2: Unrecognized key"],
  ["[]", "Line 2: wanted an object with one of"],
  ["hello", "Line 2: not JSON: hello"],
])("the bad line %s ends with exit code 2 before anything is said", async (bad, message) => {
  const { face, core, err } = scripted();
  expect(await face.run(`{"say":"hello"}\n${bad}\n`)).toBe(2);
  expect(err()).toContain(message);
  expect(core.messages).toEqual([]);
});

test("a stream is played line by line, and its bad line stops it with exit code 2", async () => {
  const { face, core, err } = scripted();
  const input = Readable.from(['{"say":"first"}\n# a remark\n\n', "nonsense\n", '{"say":"never"}\n']);
  expect(await face.run(input)).toBe(2);
  expect(core.messages.map((message) => message.text)).toEqual(["first"]);
  expect(err()).toBe("Line 4: not JSON: nonsense\n");
});

test("a wait that runs out says what it waited for and ends with exit code 1", async () => {
  const { face, clock, err, out } = scripted();
  const played = face.run(script({ say: "plan" }, { wait: "card", state: "done", within: 5 }));
  await settle();
  await clock.advance(5_000);
  expect(await played).toBe(1);
  expect(err()).toBe("Line 2: Waited 5 s for a card in the state done in vain.\n");
  expect(JSON.parse(out().trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "failed", line: 2 });
});

test.each([
  ["a wait", { wait: "idle" }],
  ["a wait for a card", { wait: "card", state: "done" }],
])("%s ends at once when the disk fails, and names why", async (_, wait) => {
  const { face, err, out } = scripted({ core: { idle: () => new Promise<void>(() => undefined) } });
  const disk = new AbortController();
  const played = face.run(script({ say: "plan" }, wait, { say: "never" }), disk.signal);
  await settle();
  disk.abort(new PilotoError("DISK_FULL", "The disk is full."));
  expect(await played).toBe(1);
  expect(err()).toBe("Line 2: The disk is full.\n");
  expect(JSON.parse(out().trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "failed", line: 2 });
});

test("a script that waits for its next line ends when the disk fails", async () => {
  const { face, core, err } = scripted();
  const input = new PassThrough();
  const disk = new AbortController();
  const played = face.run(input, disk.signal);
  input.write('{"say":"first"}\n');
  await settle();
  disk.abort(new PilotoError("DISK_FULL", "The disk is full."));
  expect(await played).toBe(1);
  expect(core.messages.map((message) => message.text)).toEqual(["first"]);
  expect(err()).toContain("The disk is full.");
});

test("what Piloto does not take is printed as refused", async () => {
  const { face, out } = scripted();
  await face.run(script({ say: "" }));
  expect(JSON.parse(out())).toEqual({ type: "refused", line: 1, reply: "There is nothing in it." });
});

test("without JSON a script reads like a chat and carries no escape sequence", async () => {
  const { face, out } = scripted({ json: false });
  await face.run(script({ say: "plan" }, { as: "ben", press: "confirm" }, { say: "thanks \u001B[2J" }));
  const text = out();
  expect(text).toContain("ana › plan\n");
  expect(text).toContain("Plan · 2 steps");
  expect(text).toContain("ben [confirm] accepted\nConfirmed. It starts now.\n");
  expect(text).toContain("Piloto › You said: thanks");
  expect(text).not.toContain("\u001B");
});

test("the output of a step that is told for its file is left out: the card says how the step ended", async () => {
  const { face, out } = scripted();
  const chat = asId<ChatId>("terminal:main");
  const outputOf = { runId: asId<RunId>("r"), step: 1 };
  const posted = await face.platform.post(chat, { kind: "say", text: "the tail", outputOf }, "output:r:1:1");
  expect(posted.kind).toBe("ok");
  await face.platform.post(chat, { kind: "say", text: "an answer" }, "k");
  expect(out()).toContain("an answer");
  expect(out()).not.toContain("the tail");
});
