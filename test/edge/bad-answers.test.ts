import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Life } from "../story/story-house.ts";
import { CONFIRM, type EdgeWorld, openEdgeWorld, proposeCall, wakeIn } from "./edge-world.ts";
import { expectPlain } from "./program-house.ts";

describe("a service that answers badly", () => {
  let world: EdgeWorld;
  let life: Life;
  const open = async (secondsPerRun = 30) => {
    world = await openEdgeWorld({ secondsPerRun });
    life = await wakeIn(world);
  };
  afterEach(async () => {
    await life.stop();
    await world.stop();
  });

  const json = { "content-type": "application/json" };
  const endless: RequestListener = (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
  const drip: RequestListener = (_request, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  };

  const silent: RequestListener = () => undefined;

  test.each<[string, RequestListener, "done" | "error", RegExp]>([
    [
      "huge",
      (_q, r) => void r.end(`"${"x".repeat(6 * 1024 * 1024)}"`),
      "error",
      /more than 5.2 MB; the rest was not read/,
    ],
    ["endless", endless, "error", /more than 5.2 MB; the rest was not read/],
    [
      "a small bomb",
      (_q, r) => void r.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(8e6))),
      "error",
      /more than 5.2 MB/,
    ],
    ["slow for ever", drip, "error", /time was over before an answer came|took longer than the 1 second/],
    ["silent", silent, "error", /time was over before an answer came|took longer than the 1 second/],
    [
      "no JSON though it says so",
      (_q, r) => void r.writeHead(200, json).end("<html>hello"),
      "done",
      /It said JSON but is not; kept as text/,
    ],
    [
      "binary though it says JSON",
      (_q, r) => void r.writeHead(200, json).end(Buffer.from([0, 1, 2, 255])),
      "done",
      /It said JSON but sent binary data/,
    ],
    [
      "a picture called text",
      (_q, r) => void r.writeHead(200, { "content-type": "text/plain" }).end(Buffer.from([0x89, 0x50, 0, 0xff])),
      "done",
      /binary data: 4 bytes/,
    ],
    [
      "a redirect",
      (_q, r) => void r.writeHead(302, { location: "http://127.0.0.1:1/secret" }).end(),
      "error",
      /follows no redirects/,
    ],
    [
      "cut off",
      (_q, r) => void r.writeHead(200, { "content-length": "100" }).write("half", () => r.destroy()),
      "error",
      /broke|cut/,
    ],
  ])("%s: the card says so in words, and the next request is served", async (_what, answer, state, note) => {
    await open(answer === drip || answer === silent ? 1 : 30);
    world.answer = answer;
    await proposeCall(life, "GET /things");
    await life.play(CONFIRM);
    const card = await life.waitFor(state);
    const told = `${card.steps[0]?.note ?? ""} ${card.notes.join(" ")}`;
    expect(told).toMatch(note);
    expect(told.length).toBeLessThan(2_000);
    expectPlain(JSON.stringify(card));

    world.answer = (_request, response) => void response.writeHead(200, json).end('{"count":3}');
    await proposeCall(life, "GET /things");
    await life.play(CONFIRM);
    expect((await life.waitFor("done")).steps[0]?.note).toContain("200");
  });

  const NASTY = "fine\u001b[2J\u001b]0;owned\u0007\u009b31m\u202Egnihtemos\u2066\u200b\u0000 bell\u0007";

  test("escapes and turned letters in an answer reach neither the card nor the terminal", async () => {
    await open();
    const answers = [
      () => `{"name":${JSON.stringify(NASTY)},${JSON.stringify(NASTY)}:1}`,
      () => NASTY.replaceAll("\u0000", ""),
    ];
    for (const answer of answers) {
      world.answer = (_q, r) => void r.writeHead(200, { "x-note": "1", ...json }).end(answer());
      await proposeCall(life, "GET /things");
      await life.play(CONFIRM);
      const card = await life.waitFor("done");
      expect(card.steps[0]?.note).toContain("fine");
      for (const text of [card.headline, card.goal, ...card.notes, card.steps[0]?.note ?? ""]) expectPlain(text);
    }
  });

  test("arguments with turned letters are shown as what they are, and sent as confirmed", async () => {
    await open();
    let sent = "";
    world.answer = (request, response) => {
      sent = decodeURIComponent(request.url ?? "");
      response.end("{}");
    };
    await proposeCall(life, "GET /things/{id}", { path: { id: "a\u202Eb\u001b[31m" } });
    const args = life.card().steps[0]?.args ?? "";
    expect(args).toContain("\\u202e");
    expect(args).toContain("\\u001b");
    expectPlain(args);
    await life.play(CONFIRM);
    await life.waitFor("done");
    expect(sent).toBe("/things/a\u202Eb\u001b[31m");
  });
});
