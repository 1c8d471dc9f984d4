import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { playRequest } from "../../scripts/bench/fleet/play-attempts.ts";
import type { PlayRequest } from "../../scripts/bench/fleet/play-shapes.ts";

const REQUEST: PlayRequest = { id: 7, atMs: 0, class: "batch", path: "/api/chat", body: "{}" };
const DONE = '{"done":true,"prompt_eval_duration":5000000}\n';

/** A system that answers its requests one after the other as it is told; the last way is kept. */
async function systemThat(...ways: ((res: ServerResponse) => void)[]) {
  let seen = 0;
  const server = createServer((req, res) => {
    req.resume().on("end", () => ways[Math.min(seen++, ways.length - 1)]!(res));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const over = new AbortController();
  onTestFinished(async () => {
    await pool.destroy();
    server.closeAllConnections();
    server.close();
  });
  return {
    over,
    seen: () => seen,
    play: () => playRequest(REQUEST, { pool, headers: {}, scale: 1000, over: over.signal }),
  };
}

const answer = (res: ServerResponse) => res.end(`{"message":{}}\n${DONE}`);

test("a complete answer tells what the PC took for the prompt", async () => {
  const { play } = await systemThat(answer);
  expect(await play()).toMatchObject({ id: 7, class: "batch", state: "done", attempts: 1, prefillMs: 5 });
});

test("a client sends its request again until it is answered, and has waited since it sent it first", async () => {
  const { play, seen } = await systemThat(
    (res) => res.writeHead(503).end("busy"),
    (res) => {
      res.write('{"message":{}}\n');
      setImmediate(() => res.destroy());
    },
    (res) => res.end('{"message":{}}\n{"error":"it broke"}\n'),
    answer,
  );
  const played = await play();
  expect(played).toMatchObject({ state: "done", attempts: 4 });
  // Pauses of 1, 2 and 4 virtual seconds.
  expect(played.firstMs).toBeGreaterThan(7000);
  expect(seen()).toBe(4);
});

test("what no repetition helps against is sent once", async () => {
  const { play, seen } = await systemThat((res) => res.writeHead(400).end("no"));
  expect(await play()).toMatchObject({ state: "refused", why: "400 no" });
  expect(seen()).toBe(1);
});

test("a request that nobody answers is open when the play ends", async () => {
  const { play, over } = await systemThat(() => setImmediate(() => over.abort()));
  expect(await play()).toMatchObject({ state: "open", attempts: 1 });
});
