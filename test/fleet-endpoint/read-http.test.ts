import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createLeanConnections } from "../../src/fleet/lean-connections.ts";
import { createHttpAnswerReader, NoHttp } from "../../src/fleet/read-http.ts";
import { until } from "../support/until.ts";

function readAll(sent: string, cuts: readonly number[] = []) {
  const said: string[] = [];
  let body = "";
  const reader = createHttpAnswerReader({
    started: (statusCode, contentType) => void said.push(`${statusCode} ${contentType}`),
    data: (piece) => {
      body += piece.toString("utf8");
    },
  });
  const bytes = Buffer.from(sent);
  let isComplete = false;
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = 1 + (cuts[i % Math.max(1, cuts.length)] ?? bytes.length);
    isComplete = reader.take(bytes.subarray(at, at + size));
    at += size;
  }
  return { said, body, isComplete, restMs: reader.restMs(), atClose: reader.isCompleteAtClose() };
}

const head = (...lines: string[]) =>
  `HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n${lines.map((l) => `${l}\r\n`).join("")}\r\n`;
const chunked = (pieces: readonly string[]) =>
  `${pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join("")}0\r\n\r\n`;

test("however an answer is cut, the same comes out", () => {
  const pieces = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("a", "\r", "\n", "0", "{") }));
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(9), { minLength: 1 }), fc.boolean(), (all, cuts, isChunked) => {
      const text = all.join("");
      const sent = isChunked
        ? head("Transfer-Encoding: chunked") + chunked(all)
        : head(`Content-Length: ${text.length}`) + text;
      const found = {
        said: ["200 a/b"],
        body: text,
        isComplete: true,
        restMs: Number.POSITIVE_INFINITY,
        atClose: false,
      };
      expect(readAll(sent, cuts)).toEqual(found);
    }),
  );
});

test("what stands around an answer is understood: early hints, trailers, extensions, when to close", () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  const trailers = "3;ext=1\r\nabc\r\n0\r\nExpires: never\r\n\r\n";
  expect(readAll(hints + head("transfer-encoding:chunked", "keep-alive: timeout=5") + trailers, [3])).toMatchObject({
    ...{ said: ["200 a/b"], body: "abc", isComplete: true, restMs: 4000 },
  });
  expect(readAll(head("Connection: close", "Content-Length: 0"))).toMatchObject({ isComplete: true, restMs: 0 });
  expect(readAll(`${head()}to the end`)).toMatchObject({ body: "to the end", isComplete: false, atClose: true });
  expect(readAll("HTTP/1.1 204 No Content\r\n\r\n")).toMatchObject({ isComplete: true, body: "" });
  expect(readAll(`${head("Content-Length: 2")}abc`)).toMatchObject({ body: "ab", isComplete: true, restMs: 0 });
});

test.each([
  "SSH-2.0-OpenSSH_9.2\r\n\r\n",
  `${head("Content-Length: many")}`,
  `${head("Transfer-Encoding: gzip, chunked")}`,
  `${head("Transfer-Encoding: chunked")}zz\r\n`,
  `${head("Transfer-Encoding: chunked")}1\r\nabc\r\n`,
  `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}`,
])("what is no answer is refused (%#)", (sent) => {
  expect(() => readAll(sent)).toThrow(NoHttp);
});

async function onServer(serve: (socket: Socket, asked: string, count: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let count = 0;
    socket.on("error", () => {});
    socket.on("data", (data) => serve(socket, data.toString(), ++count));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const lean = createLeanConnections(`http://127.0.0.1:${port}`, { connectMs: 2000, idleMs: 60_000 });
  onTestFinished(() => {
    lean.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const ask = (path = "/x") =>
    new Promise<string>((resolve) => {
      let text = "";
      lean.relay(
        { path, headers: { a: "b", none: undefined }, body: "ü" },
        {
          started: (statusCode) => {
            text += `${statusCode} `;
          },
          data: (piece) => {
            text += piece.toString();
          },
          ended: () => resolve(text),
          failed: (error) => resolve(`failed ${(error as { code: string }).code}`),
        },
      );
    });
  return { ask, lean, sockets, server };
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("a connection is used again, one request at a time", async () => {
  const asked: string[] = [];
  const { ask, sockets } = await onServer((socket, text) => {
    asked.push(text);
    socket.write(ok);
  });
  expect([await ask("/1"), await ask("/2")]).toEqual(["200 ok", "200 ok"]);
  expect(sockets).toHaveLength(1);
  expect(asked[0]).toMatch(/^POST \/1 HTTP\/1.1\r\nhost: 127.0.0.1:\d+\r\na: b\r\ncontent-length: 2\r\n\r\nü$/);
  await Promise.all([ask(), ask()]);
  expect(sockets).toHaveLength(2);
});

test("a connection on which something came unasked, or that was closed, is not used again", async () => {
  const { ask, sockets } = await onServer((socket) => void socket.write(ok));
  await ask();
  sockets[0]!.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  await until("it is closed", () => sockets[0]!.destroyed || sockets[0]!.readableEnded);
  expect(await ask()).toBe("200 ok");
  await new Promise<void>((resolve) => {
    sockets[1]!.once("close", () => resolve());
    sockets[1]!.destroy();
  });
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await ask()).toBe("200 ok");
  expect(sockets).toHaveLength(3);
});

test("what breaks off is told, once, with a code that has words", async () => {
  const { ask, lean, server } = await onServer((socket, text) => {
    if (text.startsWith("POST /cut"))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", () => socket.destroy());
    else if (text.startsWith("POST /none")) socket.destroy();
    else if (text.startsWith("POST /ssh")) socket.write("SSH-2.0\r\n\r\n");
  });
  expect(await ask("/cut")).toBe("failed ECONNRESET");
  expect(await ask("/none")).toBe("failed ECONNRESET");
  expect(await ask("/ssh")).toBe("failed HPE_NO_HTTP");
  const hanging = ask("/hang");
  lean.close();
  expect(await hanging).toBe("failed ECONNRESET");
  expect(await ask()).toBe("failed ECONNRESET");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const gone = createLeanConnections(`http://127.0.0.1:${port}`, { connectMs: 2000, idleMs: 1000 });
  const code = await new Promise((resolve) =>
    gone.relay(
      { path: "/", headers: {}, body: "" },
      { started() {}, data() {}, ended() {}, failed: (error) => resolve((error as { code: string }).code) },
    ),
  );
  expect(code).toBe("ECONNREFUSED");
});
