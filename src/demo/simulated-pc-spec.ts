/** One model on a simulated PC's disk. Sizes and speeds are invented round numbers, not measurements. */
export interface SimulatedModel {
  /** With its tag: `workshop:8b`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly capabilities: readonly string[];
  /** Tokens the model was made for. */
  readonly contextLength: number;
  readonly family?: string;
  /** Requests at once (Ollama's OLLAMA_NUM_PARALLEL; 1 for embedding models whatever is said here). */
  readonly numParallel?: number;
  readonly prefillTokensPerSecond?: number;
  readonly decodeTokensPerSecond?: number;
}

/** One simulated GPU PC. */
export interface SimulatedPc {
  readonly name: string;
  readonly models: readonly SimulatedModel[];
  readonly vramBytes?: number;
  readonly loadBytesPerSecond?: number;
  readonly maxLoaded?: number;
  readonly maxPending?: number;
  readonly keepAliveMs?: number;
  readonly version?: string;
  /** `false`: an older Ollama, which tells abilities in `/api/show` only. */
  readonly tellsCapabilitiesInTags?: boolean;
  /** What `/api/pull` finds. A model that is there under the same name with another size is another model: drift. */
  readonly registry?: readonly SimulatedModel[];
  readonly pullBytesPerSecond?: number;
  /** Of its disk, for models: what is over it ends in "no space left on device". */
  readonly diskBytes?: number;
  /** 0 (the default) takes any free port of the loopback. */
  readonly port?: number;
}

const GIB = 2 ** 30;

/** A PC with nothing left open. */
export function withDefaults(pc: SimulatedPc): Required<SimulatedPc> {
  return {
    vramBytes: 24 * GIB,
    loadBytesPerSecond: 2e9,
    maxLoaded: 3,
    maxPending: 512,
    keepAliveMs: 300_000,
    version: "0.40.0",
    tellsCapabilitiesInTags: true,
    registry: [],
    pullBytesPerSecond: 50e6,
    diskBytes: 1e12,
    port: 0,
    ...pc,
  };
}

/** What Ollama gives a request that names no `num_ctx`: by the memory of the PC, so it differs from PC to PC. */
export function defaultContext(vramBytes: number): number {
  if (vramBytes < 23 * GIB) return 4096;
  return vramBytes < 47 * GIB ? 32_768 : 262_144;
}

/** `name` is `name:latest`. */
export const withTag = (name: string) => (name.includes(":") ? name : `${name}:latest`);

/** Stable hexadecimal text that looks like a digest: the same for the same model everywhere. */
export function digestOf(model: SimulatedModel): string {
  return digestOfText(`${model.name}/${model.sizeBytes}/${model.capabilities.join()}`);
}

/** 64 hexadecimal digits, the same for the same text. */
export function digestOfText(content: string): string {
  let seed = 2166136261;
  for (const character of content) {
    seed = Math.imul(seed ^ character.charCodeAt(0), 16777619) >>> 0;
  }
  let text = "";
  for (let i = 0; i < 8; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    text += seed.toString(16).padStart(8, "0");
  }
  return text;
}
