import type { ServerResponse } from "node:http";
import type { Clock } from "../../core/ports/clock.ts";
import { faultIsDue, playFault, writeLine } from "./simulated-pc-answer.ts";
import type { Fault, SeenRequest } from "./simulated-pc-control.ts";
import { NamedBody } from "./simulated-pc-request.ts";
import type { PcSlots } from "./simulated-pc-slots.ts";
import { digestOf, digestOfText, type SimulatedModel, type SimulatedPc, withTag } from "./simulated-pc-spec.ts";

/** What lies on a simulated PC's disk. */
export interface PcDisk {
  models: SimulatedModel[];
  /** By layer: bytes of a pull that was broken off. The next one goes on there. */
  readonly partBytes: Map<string, number>;
}

interface Exchange {
  readonly body: unknown;
  readonly res: ServerResponse;
  readonly fault: Fault | undefined;
  readonly entry: SeenRequest;
}

interface PcParts {
  readonly pc: Required<SimulatedPc>;
  readonly disk: PcDisk;
  readonly slots: Pick<PcSlots, "unload">;
  readonly clock: Clock;
  readonly timeFactor: number;
}

/** Steps of a layer; Ollama itself tells where it is about 16 times a second. */
const STEPS = 20;

/**
 * `/api/pull`: the statuses that Ollama sends, layer by layer, at the PC's `pullBytesPerSecond`. A client that leaves
 * stops it, and the part that came stays.
 */
export async function pullModel(exchange: Exchange, parts: PcParts, signal: AbortSignal): Promise<void> {
  const { res, entry } = exchange;
  const read = NamedBody.safeParse(exchange.body);
  if (!read.success) return answer(exchange, 400, { error: "invalid request body" });
  const model = parts.pc.registry.find(({ name }) => name === withTag(read.data.model));
  const lines = read.data.stream === false ? quietLines() : linesTo(exchange, signal);
  entry.state = "running";
  if (!(await lines.say({ status: "pulling manifest" }))) return;
  if (!model) return lines.fail("pull model manifest: file does not exist");
  for (const layer of layersOf(model)) {
    const end = await pullLayer(layer, model, lines, parts, signal);
    if (end === "ended") return;
  }
  for (const status of ["verifying sha256 digest", "writing manifest"]) {
    if (!(await lines.say({ status }))) return;
  }
  parts.disk.models = [...parts.disk.models.filter(({ name }) => name !== model.name), model];
  for (const { digest } of layersOf(model)) parts.disk.partBytes.delete(digest);
  entry.state = "answered";
  if (read.data.stream === false) return answer(exchange, 200, { status: "success" });
  await writeLine(res, { status: "success" }, signal);
  res.end();

  function quietLines(): PullLines {
    return {
      say: async () => !signal.aborted,
      fail: async (error) => answer(exchange, 500, { error }),
    };
  }
}

/** `/api/delete`. A model in memory goes as soon as it is idle. */
export function deleteModel(exchange: Exchange, { disk, slots }: PcParts): void {
  const read = NamedBody.safeParse(exchange.body);
  const found = read.success && disk.models.find(({ name }) => name === withTag(read.data.model));
  if (!found) {
    answer(exchange, 404, { error: `model '${read.data?.model}' not found` });
    return;
  }
  disk.models = disk.models.filter((model) => model !== found);
  slots.unload(found.name);
  exchange.res.writeHead(200).end();
}

interface PullLines {
  /** `false`: nothing more may be sent. */
  say(value: object): Promise<boolean>;
  fail(error: string): Promise<void>;
}

function linesTo({ res, fault, entry }: Exchange, signal: AbortSignal): PullLines {
  let sent = 0;
  return {
    async say(value) {
      if (fault && faultIsDue(fault, sent)) {
        const end = await playFault(res, fault, signal);
        if (end) entry.state = end === "left" ? "client-left" : "failed";
        if (end) return false;
      }
      await writeLine(res, value, signal);
      sent += 1;
      if (signal.aborted) entry.state = "client-left";
      return !signal.aborted;
    },
    async fail(error) {
      entry.state = "failed";
      await writeLine(res, { error }, signal);
      res.end();
    },
  };
}

interface Layer {
  readonly digest: string;
  readonly bytes: number;
}

/** The weights first, as in most manifests; template and parameters are small. */
function layersOf(model: SimulatedModel): Layer[] {
  const small = [1_500, 480];
  const weights = Math.max(1, model.sizeBytes - small.reduce((sum, bytes) => sum + bytes, 0));
  return [weights, ...small].map((bytes, i) => ({ digest: digestOfText(`${digestOf(model)}/${i}`), bytes }));
}

async function pullLayer(
  { digest, bytes }: Layer,
  model: SimulatedModel,
  lines: PullLines,
  { pc, disk, clock, timeFactor }: PcParts,
  signal: AbortSignal,
): Promise<"complete" | "ended"> {
  const others = disk.models.filter(({ name }) => name !== model.name);
  const free = pc.diskBytes - others.reduce((sum, other) => sum + other.sizeBytes, 0);
  const told = { status: `pulling ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total: bytes };
  const step = Math.ceil(bytes / STEPS);
  let completed = disk.partBytes.get(digest) ?? 0;
  // Without `completed` as long as nothing came, as Ollama leaves nought out.
  if (!(await lines.say({ ...told, ...(completed > 0 && { completed }) }))) return "ended";
  while (completed < bytes) {
    if (timeFactor > 0) await clock.sleep((step / pc.pullBytesPerSecond) * 1000 * timeFactor, signal);
    else await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return "ended";
    completed = Math.min(bytes, completed + step);
    if (completed > free) {
      await lines.fail(`write /root/.ollama/models/blobs/sha256-${digest}-partial: no space left on device`);
      return "ended";
    }
    disk.partBytes.set(digest, completed);
    if (!(await lines.say({ ...told, completed }))) return "ended";
  }
  return "complete";
}

function answer({ res, entry }: Exchange, status: number, body: unknown): void {
  entry.state = status === 200 ? "answered" : "failed";
  res.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
