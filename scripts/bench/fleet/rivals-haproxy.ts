import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startListening } from "./rivals-ready.ts";
import type { KnownPc, RunningSystem, SystemOptions } from "./systems.ts";
import { startProgram } from "./systems-child.ts";

/** Which PCs each model is sent to. */
export type ModelPlan = ReadonlyMap<string, readonly string[]>;

/** A backend, and so a central queue and a limit a PC, for each model, or for all models that go to the same PCs. */
export type QueueFor = "model" | "same-pcs";

/** HAProxy that sends models to PCs as the plan has it. */
export async function startHaproxy(
  plan: ModelPlan,
  options: SystemOptions,
  queueFor: QueueFor = "same-pcs",
): Promise<RunningSystem> {
  const backendOf = (model: string, names: readonly string[]) => nameOf(queueFor === "model" ? [model] : names);
  mkdirSync(options.folder, { recursive: true });
  const mapFile = path.join(options.folder, "models.map");
  const file = path.join(options.folder, "haproxy.cfg");
  writeFileSync(mapFile, [...plan].map(([model, names]) => `${model} ${backendOf(model, names)}\n`).join(""));
  const backends = new Map([...plan].map(([model, names]) => [backendOf(model, names), names]));
  const program = await startListening((port) => {
    writeFileSync(file, haproxyConfig({ port, mapFile, backends }, options));
    return startProgram("/usr/sbin/haproxy", ["-db", "-q", "-f", file], { isQuiet: true });
  });
  return { ...program, headers: { interactive: { "x-priority": "interactive" } } };
}

/** Every model goes to every PC that has it on its disk. */
export function planByDisk(pcs: readonly KnownPc[]): ModelPlan {
  const models = new Set(pcs.flatMap((pc) => pc.models));
  return new Map(
    [...models].sort().map((model) => [model, pcs.filter((pc) => pc.models.includes(model)).map((pc) => pc.name)]),
  );
}

/** What Ollama works on at once for one model (OLLAMA_NUM_PARALLEL of the simulated PCs). */
const SLOTS = 2;
/** Must outlast a load and the longest prompt, since Ollama sends its headers with the first token. */
const SERVER_TIMEOUT_S = 600;

/**
 * Must hold a whole request, or its model is not found. Below 128 KiB: larger ones come fresh from the system for
 * every request, which costs HAProxy 2.6 a millisecond of CPU.
 */
const BUFFER_BYTES = 96 * 1024;
const HEADER_BYTES = 16 * 1024;

const nameOf = (names: readonly string[]) => `for_${[...names].sort().join("_").replaceAll(/[^\w]/g, "-")}`;

export interface HaproxyParts {
  readonly port: number;
  /** From a model's name to its backend. */
  readonly mapFile: string;
  /** PCs by backend. */
  readonly backends: ReadonlyMap<string, readonly string[]>;
}

/**
 * What a careful operator writes: model from the body (a buffer that holds large chats), one central queue a backend,
 * no more requests on a PC than it works on, interactive first, health looked at every five seconds, connections of a
 * PC that is down closed so that clients try again, another PC where one failed before its answer.
 */
export function haproxyConfig(
  { port, mapFile, backends }: HaproxyParts,
  { pcs, scale, largestBodyBytes = 0 }: SystemOptions,
): string {
  const ms = (seconds: number) => `${Math.max(1, Math.round((seconds * 1000) / scale))}ms`;
  const checked = pcs.map(
    (pc) =>
      `  server ${pc.name} 127.0.0.1:${pc.port} check inter ${ms(5)} fall 3 rise 2 on-marked-down shutdown-sessions`,
  );
  const backend = ([name, names]: [string, readonly string[]]) => {
    const servers = pcs.filter((pc) => names.includes(pc.name));
    return [
      `backend ${name}`,
      "  balance leastconn",
      ...servers.map(
        (pc) =>
          `  server ${pc.name} 127.0.0.1:${pc.port} maxconn ${SLOTS} track health/${pc.name} on-marked-down shutdown-sessions`,
      ),
    ].join("\n");
  };
  return `global
  maxconn 8000
  nbthread 1
  tune.bufsize ${Math.max(BUFFER_BYTES, largestBodyBytes + HEADER_BYTES)}
defaults
  mode http
  timeout connect ${ms(2)}
  timeout client ${ms(24 * 3600)}
  timeout server ${ms(SERVER_TIMEOUT_S)}
  timeout queue ${ms(24 * 3600)}
  timeout http-request ${ms(600)}
  timeout check ${ms(5)}
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout 503
  http-reuse always
  option http-no-delay
frontend front
  bind 127.0.0.1:${port} backlog 4096
  option http-buffer-request
  http-request set-priority-class int(-10) if { req.hdr(x-priority) -m str interactive }
  use_backend %[req.body,json_query('$.model'),map_str(${mapFile},none)]
backend none
  http-request return status 404 content-type application/json string "{\\"error\\":\\"model not found\\"}"
backend health
  option httpchk GET /api/version
${checked.join("\n")}
${[...backends].map(backend).join("\n")}
`;
}
