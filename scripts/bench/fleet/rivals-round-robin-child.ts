import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import Bottleneck from "bottleneck";
import { type Dispatcher, Pool } from "undici";
import type { KnownPc } from "./systems.ts";

// Round robin, as it is written in an afternoon: PCs that have the model take turns, each with a limiter of
// `bottleneck`; a PC that fails before its answer begins is passed over. Arguments: PCs as JSON, time scale.
const [pcsJson, scaleText] = process.argv.slice(2) as [string, string];
const scale = Number(scaleText);
const AT_ONCE = 2;
const ANSWER_WITHIN_MS = 600_000 / scale;
const PAUSE_MS = 10_000 / scale;

const pcs = (JSON.parse(pcsJson) as KnownPc[]).map((pc) => ({
  ...pc,
  limiter: new Bottleneck({ maxConcurrent: AT_ONCE }),
  pool: new Pool(`http://127.0.0.1:${pc.port}`, {
    connections: null,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  }),
  downUntilMs: 0,
}));
let turn = 0;

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => void serve(req, Buffer.concat(chunks), res));
});
server.listen(0, "127.0.0.1", 4096, () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on("disconnect", () => process.exit(0));

async function serve(req: IncomingMessage, body: Buffer, res: ServerResponse): Promise<void> {
  const { model } = JSON.parse(body.toString("utf8")) as { model: string };
  const left = new AbortController();
  res.on("close", () => left.abort());
  const order = pcs.filter((pc) => pc.models.includes(model));
  const first = turn++ % Math.max(1, order.length);
  const inTurn = [...order.slice(first), ...order.slice(0, first)];
  const tried = [...inTurn.filter(isUp), ...inTurn.filter((pc) => !isUp(pc))];
  for (const pc of tried) {
    if (left.signal.aborted) return;
    if (await pc.limiter.schedule(() => forward(pc, req.url ?? "/", body, res, left.signal))) return;
  }
  if (!res.headersSent) res.writeHead(502).end();
}

const isUp = (pc: { downUntilMs: number }) => pc.downUntilMs <= performance.now();

/** `false`: it failed before the answer began, and another PC may try. */
function forward(
  pc: (typeof pcs)[number],
  path: string,
  body: Buffer,
  res: ServerResponse,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isOver: boolean) => {
      signal.removeEventListener("abort", leave);
      resolve(isOver);
    };
    let leave = () => settle(true);
    const failed = () => {
      if (!signal.aborted) pc.downUntilMs = performance.now() + PAUSE_MS;
      settle(signal.aborted);
    };
    let isRefused = false;
    const listener: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        leave = () => controller.abort(new Error("the client left"));
        signal.addEventListener("abort", leave);
        if (signal.aborted) leave();
      },
      onResponseStart(_controller, status, headers) {
        isRefused = status >= 500;
        if (!isRefused) res.writeHead(status, { "content-type": headers["content-type"] ?? "application/json" });
      },
      onResponseData(_controller, chunk) {
        if (!isRefused) res.write(chunk);
      },
      onResponseEnd() {
        if (isRefused) return failed();
        res.end();
        settle(true);
      },
      onResponseError() {
        if (!res.headersSent) return failed();
        res.destroy();
        settle(true);
      },
    };
    pc.pool.dispatch({ path, method: "POST", headers: { "content-type": "application/json" }, body }, listener);
  });
}
