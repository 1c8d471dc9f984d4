import { connect, type Socket } from "node:net";

/** One connection that asks the same thing again and again, with as little code of its own as can be. */
export interface Asker {
  /** Sends the request and waits for its whole answer; microseconds. @throws when the status is not 200 */
  ask(): Promise<number>;
  close(): void;
}

const END_OF_CHUNKS = Buffer.from("0\r\n\r\n");

/** Connects to a system on the loopback. `body` is sent as it is, to `/api/chat`. */
export async function openAsker(url: string, body: string, token?: string): Promise<Asker> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.setNoDelay(true);
  const head = [
    "POST /api/chat HTTP/1.1",
    `Host: ${hostname}:${port}`,
    "Content-Type: application/json",
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const request = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
  return {
    ask: () => askOnce(socket, request),
    close: () => socket.destroy(),
  };
}

function askOnce(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedNs = process.hrtime.bigint();
    let answer: Buffer = Buffer.alloc(0);
    const settle = (error?: Error) => {
      socket.off("data", onData);
      socket.off("close", onClose);
      if (error) reject(error);
      else resolve(Number(process.hrtime.bigint() - startedNs) / 1000);
    };
    const onClose = () => settle(new Error("The system closed the connection."));
    const onData = (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      if (!isWhole(answer)) return;
      const status = answer.toString("latin1", 9, 12);
      settle(status === "200" ? undefined : new Error(`The system answered ${answer.toString("utf8", 0, 400)}`));
    };
    socket.on("data", onData);
    socket.once("close", onClose);
    socket.write(request);
  });
}

function isWhole(answer: Buffer): boolean {
  if (answer.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS)) return true;
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(answer.toString("latin1", 0, headEnd))?.[1];
  return length !== undefined && answer.length >= headEnd + 4 + Number(length);
}
