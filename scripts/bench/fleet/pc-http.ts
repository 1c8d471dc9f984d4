import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatedPc } from "../../../src/demo/simulated-pc-spec.ts";
import { withDefaults, withTag } from "../../../src/demo/simulated-pc-spec.ts";
import type { PcAsk } from "./pc-ask.ts";
import { readAsk } from "./pc-ask.ts";
import { bareLine, tokenLine } from "./pc-lines.ts";
import type { PcModel } from "./pc-model.ts";
import { createPcModel } from "./pc-model.ts";
import type { Reply } from "./pc-replies.ts";
import { BAD_BODY, endReply, lookReply } from "./pc-replies.ts";
import type { PcEvent, PcFault } from "./pc-shapes.ts";
import type { BenchModel, BenchPc } from "./pc-spec.ts";

export interface PcHttpOptions {
  /** How many times as fast as real time. */
  readonly scale: number;
  /** Real milliseconds between two pieces of one answer, at least. */
  readonly flushMs?: number;
}

/** A simulated PC that listens on the loopback. */
export interface HttpPc {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly model: PcModel;
  /** How often each request of the workload got a complete answer here. */
  readonly answered: ReadonlyMap<number, number>;
  fault(fault: PcFault): Promise<void>;
  /** From nought, `answered` too. */
  resetCounts(): void;
  /** Cuts everything. */
  stop(): Promise<void>;
}

/** The pure PC (`pc-model.ts`) behind Ollama's HTTP, on any free port of the loopback. */
export async function startHttpPc(
  spec: BenchPc,
  models: readonly BenchModel[],
  options: PcHttpOptions,
): Promise<HttpPc> {
  const pc = new PcOverHttp(spec, models, options);
  await pc.listen();
  return pc;
}

interface Exchange {
  readonly ask: PcAsk;
  readonly res: ServerResponse;
  sentTokens: number;
}

const CONTEXT_TOKENS = 32_768;
const SHAPES: Readonly<Record<string, PcAsk["shape"]>> = {
  "POST /api/chat": "chat",
  "POST /api/generate": "generate",
  "POST /api/embed": "embed",
};

class PcOverHttp implements HttpPc {
  readonly name: string;
  readonly model: PcModel;
  readonly answered = new Map<number, number>();
  port = 0;
  readonly #facts: Required<SimulatedPc>;
  readonly #scale: number;
  readonly #flushMs: number;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #streaming = new Set<number>();
  readonly #startMs = performance.now();
  #server: Server | undefined;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;
  #flusher: NodeJS.Timeout | undefined;

  constructor(spec: BenchPc, models: readonly BenchModel[], { scale, flushMs = 5 }: PcHttpOptions) {
    this.name = spec.name;
    this.model = createPcModel(spec, models);
    this.#facts = factsOf(spec, models);
    this.#scale = scale;
    this.#flushMs = flushMs;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (req, res) => this.#serve(req, res));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: this.port, host: "127.0.0.1", backlog: 4096 }, resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async fault(fault: PcFault): Promise<void> {
    const before = this.model.state();
    this.#tell(this.model.fault(fault, this.#nowMs()));
    if (fault.kind === "kill") await this.#close();
    else if (fault.kind === "return" && before === "dead") await this.listen();
    else if (fault.kind === "return" && before === "hung") this.#server?.closeAllConnections();
  }

  resetCounts(): void {
    this.model.resetCounts();
    this.answered.clear();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    clearInterval(this.#flusher);
    this.#flusher = undefined;
    await this.#close();
  }

  #nowMs(): number {
    return (performance.now() - this.#startMs) * this.#scale;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      if (this.model.state() === "hung") return; // accepted, and never answered
      const path = (req.url ?? "/").split("?")[0]!;
      const route = `${req.method === "HEAD" ? "GET" : req.method} ${path}`;
      const text = Buffer.concat(chunks).toString("utf8");
      const shape = SHAPES[route];
      if (shape) this.#work(readAsk(shape, text), res);
      else
        write(
          res,
          lookReply(route, text, this.#facts, () => this.model.resident()),
        );
    });
  }

  #work(ask: PcAsk | undefined, res: ServerResponse): void {
    if (!ask) {
      write(res, BAD_BODY);
      return;
    }
    const { model } = ask.request;
    if (ask.isUnload && this.#facts.models.some(({ name }) => name === model)) {
      this.#tell(this.model.unload(model, this.#nowMs()));
      write(res, { status: 200, body: bareLine(ask, "unload") });
      return;
    }
    const id = ++this.#lastId;
    this.#exchanges.set(id, { ask, res, sentTokens: 0 });
    res.on("close", () => {
      if (this.#exchanges.has(id)) this.#left(id);
    });
    this.#tell(this.model.send({ ...ask.request, id }, this.#nowMs()));
  }

  #left(id: number): void {
    this.#forget(id);
    this.#tell(this.model.disconnect(id, this.#nowMs()));
  }

  #forget(id: number): void {
    this.#exchanges.delete(id);
    this.#streaming.delete(id);
  }

  #tell(events: readonly PcEvent[]): void {
    for (const event of events) {
      if (!("id" in event)) continue;
      const exchange = this.#exchanges.get(event.id);
      if (!exchange) continue;
      if (event.kind === "first-token") this.#begin(event.id, exchange);
      else {
        this.#forget(event.id);
        this.#finish(exchange, event);
      }
    }
    this.#plan();
  }

  #begin(id: number, exchange: Exchange): void {
    const { ask, res } = exchange;
    if (!ask.isStream || ask.request.isBare) return;
    res.setHeader("content-type", "application/x-ndjson");
    exchange.sentTokens = 1;
    res.write(tokenLine(ask, 1));
    this.#streaming.add(id);
    this.#flusher ??= setInterval(() => this.#flush(), this.#flushMs);
  }

  #flush(): void {
    if (this.#streaming.size === 0) {
      clearInterval(this.#flusher);
      this.#flusher = undefined;
      return;
    }
    if (this.model.state() !== "up") return;
    const nowMs = this.#nowMs();
    for (const id of this.#streaming) {
      const exchange = this.#exchanges.get(id)!;
      const more = this.model.tokens(id, nowMs) - exchange.sentTokens;
      if (more <= 0) continue;
      exchange.sentTokens += more;
      exchange.res.write(tokenLine(exchange.ask, more));
    }
  }

  #finish({ ask, res, sentTokens }: Exchange, event: Extract<PcEvent, { id: number }>): void {
    if (event.kind === "done" && !ask.request.isBare) {
      this.answered.set(ask.secretId, (this.answered.get(ask.secretId) ?? 0) + 1);
    }
    const reply = endReply(ask, sentTokens, event);
    if (reply) write(res, reply);
    else res.destroy();
  }

  /** Wakes up when the PC has something to do next. */
  #plan(): void {
    clearTimeout(this.#timer);
    const nextMs = this.model.nextAtMs();
    if (nextMs === Number.POSITIVE_INFINITY || !this.#server) return;
    // Timers count whole milliseconds; a late one loses nothing, since the PC does its work at its own times.
    const realMs = Math.max(0, (nextMs - this.#nowMs()) / this.#scale);
    this.#timer = setTimeout(() => this.#tell(this.model.advance(this.#nowMs())), Math.min(realMs, 2 ** 30));
  }
}

function factsOf(spec: BenchPc, models: readonly BenchModel[]): Required<SimulatedPc> {
  return withDefaults({
    name: spec.name,
    vramBytes: spec.vramGB * 1e9,
    maxLoaded: spec.maxLoaded,
    models: models
      .filter(({ name }) => spec.models.includes(name))
      .map((model) => ({
        name: withTag(model.name),
        sizeBytes: model.sizeGB * 1e9,
        capabilities: model.isEmbedding ? ["embedding"] : ["completion", "tools"],
        contextLength: CONTEXT_TOKENS,
        family: model.isEmbedding ? "bert" : "llama",
      })),
  });
}

function write(res: ServerResponse, { status, body, isText = false }: Reply): void {
  if (!res.headersSent) {
    res.writeHead(status, { "content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8" });
  }
  res.end(body);
}
