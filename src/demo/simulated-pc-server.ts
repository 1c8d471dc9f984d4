import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../core/ports/clock.ts";
import type { Brain } from "./brain.ts";
import type { Fault, PcControl, SeenRequest } from "./simulated-pc-control.ts";
import { takeFault } from "./simulated-pc-control.ts";
import type { PcParts } from "./simulated-pc-routes.ts";
import { answerRequest } from "./simulated-pc-routes.ts";
import { createPcSlots } from "./simulated-pc-slots.ts";
import type { SimulatedPc } from "./simulated-pc-spec.ts";
import { withDefaults } from "./simulated-pc-spec.ts";

const LARGEST_BODY_BYTES = 64 * 2 ** 20;

export interface PcServerOptions {
  readonly brain: Brain;
  readonly clock: Clock;
  /** Simulated durations are multiplied by it: 1 real time, 0 at once. */
  readonly timeFactor: number;
}

/** What a test sets and sees of the PC's work. */
interface Log {
  readonly faults: Fault[];
  readonly overrides: PcControl["overrides"];
  readonly seen: SeenRequest[];
}

/** One simulated PC on a port of the loopback, listening. `stop` cuts its connections. */
export async function startPcServer(
  spec: SimulatedPc,
  options: PcServerOptions,
): Promise<{ control: PcControl; stop: () => Promise<void> }> {
  const pc = withDefaults(spec);
  const events: string[] = [];
  const slots = createPcSlots(pc, options.clock, events);
  const disk = { models: [...pc.models], partBytes: new Map() };
  const parts: PcParts = { pc, ...options, slots, disk, ignoresMaxTokens: false };
  const record: Log = { faults: [], overrides: new Map(), seen: [] };
  const door = await openDoor(pc.port, (req, res) => serve(req, res, record, parts));

  async function goDown(): Promise<void> {
    await door.close();
    for (const { model } of parts.slots.rules.resident()) parts.slots.unload(model);
  }

  const control: PcControl = {
    name: pc.name,
    url: `http://127.0.0.1:${door.port}`,
    ...record,
    events,
    get ignoresMaxTokens() {
      return parts.ignoresMaxTokens;
    },
    set ignoresMaxTokens(value) {
      parts.ignoresMaxTokens = value;
    },
    counts: () => parts.slots.rules.counts(),
    models: () => parts.disk.models.map(({ name }) => name),
    resident: () => parts.slots.rules.resident().map(({ model, isLoading }) => ({ model, isLoading })),
    goDown,
    comeBack: door.reopen,
  };
  return {
    control,
    async stop() {
      await goDown();
      parts.slots.stop();
    },
  };
}

async function serve(req: IncomingMessage, res: ServerResponse, record: Log, parts: PcParts): Promise<void> {
  const path = (req.url ?? "/").split("?")[0]!;
  const entry: SeenRequest = { id: record.seen.length + 1, path, body: undefined, state: "arrived" };
  record.seen.push(entry);
  const client = new AbortController();
  res.on("close", () => {
    if (!res.writableFinished && entry.state !== "failed") entry.state = "client-left";
    client.abort(new Error("client closed the connection"));
  });
  entry.body = parseJson(await readBody(req));
  const fault = takeFault(record.faults, path);
  const raw = record.overrides.get(path) ?? (fault?.kind === "raw" ? fault : undefined);
  if (raw) {
    entry.state = "answered";
    return void res.writeHead(raw.status, { "content-type": "text/html", ...raw.headers }).end(raw.body);
  }
  await answerRequest({ path, method: req.method ?? "GET", body: entry.body, res, fault, entry }, parts, client.signal);
}

interface Door {
  readonly port: number;
  /** Refuses new connections and cuts those that stand. A second call does nothing. */
  close(): Promise<void>;
  /** Listens at the same port again. */
  reopen(): Promise<void>;
}

async function openDoor(
  wantedPort: number,
  serve: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Promise<Door> {
  const sockets = new Set<Socket>();
  let server = await listen(wantedPort);
  const port = (server.address() as AddressInfo).port;

  async function listen(at: number): Promise<Server> {
    const fresh = createServer((req, res) => {
      serve(req, res).catch((error: unknown) => {
        res.destroy();
        throw error;
      });
    });
    fresh.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      fresh.once("error", reject);
      fresh.listen(at, "127.0.0.1", resolve);
    });
    return fresh;
  }

  return {
    port,
    async close() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async reopen() {
      if (!server.listening) server = await listen(port);
    },
  };
}

/** The body, or nothing when it is too large or its sender left. */
async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_BODY_BYTES) return "";
      chunks.push(chunk);
    }
  } catch (error) {
    if (req.destroyed) return "";
    throw error;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the routes answer 400, as Ollama does
  }
}
