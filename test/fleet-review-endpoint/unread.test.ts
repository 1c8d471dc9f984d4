import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { open, TOKEN, user } from "../fleet-endpoint/situation.ts";
import { until } from "../support/until.ts";

const MIB = 2 ** 20;

test("a program that never reads its whole answer is cut off: what it sent is held no longer", async () => {
  const { url, send, control } = await open({
    brain: ({ messages }) => ({ text: messages.at(-1)?.content === "short" ? "ok" : "x".repeat(24 * MIB) }),
    limits: { lineBytes: 64 * MIB, answerBytes: 64 * MIB, slowReaderMs: 100, heldBytes: 10_000 },
  });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const body = JSON.stringify({ model: "small:8b", messages: user("y".repeat(9_000)), stream: false });
  socket.pause();
  socket.write(
    `POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await until("it is answered", () => control("one").seen.some(({ state }) => state === "answered"));
  const long = { model: "small:8b", messages: user("short"), options: { stop: ["z".repeat(2_000)] } };
  const ask = async () => {
    const answer = await send("/api/chat", long);
    await answer.text();
    return answer.status;
  };
  await expect.poll(ask, { timeout: 5_000 }).toBe(200);
});
