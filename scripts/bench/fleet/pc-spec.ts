import { z } from "zod";

const Model = z.object({
  name: z.string().min(1),
  sizeGB: z.number().positive(),
  /** At speed 1, alone on the PC. */
  prefillTokensPerS: z.number().positive(),
  decodeTokensPerS: z.number().positive(),
  /** Embeds only; then Ollama works on one request at a time. */
  isEmbedding: z.boolean().optional(),
});

const Pc = z.object({
  name: z.string().min(1),
  /** Against a PC of speed 1. */
  speed: z.number().positive(),
  vramGB: z.number().positive(),
  loadGBps: z.number().positive(),
  /** Names of the models on its disk. */
  models: z.array(z.string()).min(1),
  /** OLLAMA_NUM_PARALLEL. */
  slots: z.number().int().positive().default(2),
  /** OLLAMA_MAX_LOADED_MODELS. */
  maxLoaded: z.number().int().positive().default(3),
});

const Fleet = z.object({ models: z.array(Model).min(1), pcs: z.array(Pc).min(1) });

export type BenchModel = z.infer<typeof Model>;
export type BenchPc = z.infer<typeof Pc>;

/** The PCs and models of one simulation. */
export type BenchFleet = z.infer<typeof Fleet>;

const SMALL = ["llama:3b", "llama:8b"];
const MIDDLE = [...SMALL, "llama:14b"];
const ALL = [...MIDDLE, "llama:32b"];
const pc = (name: string, speed: number, vramGB: number, loadGBps: number, models: string[]): BenchPc => ({
  name,
  speed,
  vramGB,
  loadGBps,
  models,
  slots: 2,
  maxLoaded: 3,
});
const model = (name: string, sizeGB: number, prefillTokensPerS: number, decodeTokensPerS: number): BenchModel => ({
  name,
  sizeGB,
  prefillTokensPerS,
  decodeTokensPerS,
});

/** "fleet-mini": six unequal PCs and four models. Invented round numbers, not measurements. */
export const FLEET_MINI: BenchFleet = {
  models: [
    model("llama:3b", 2.5, 8000, 150),
    model("llama:8b", 5.5, 4500, 90),
    model("llama:14b", 10, 2500, 50),
    model("llama:32b", 20, 1200, 28),
  ],
  pcs: [
    pc("PC1", 1, 24, 2, ALL),
    pc("PC2", 0.75, 24, 1.5, ALL),
    pc("PC3", 0.6, 16, 1, MIDDLE),
    pc("PC4", 0.45, 12, 0.8, MIDDLE),
    pc("PC5", 0.4, 12, 0.5, SMALL),
    pc("PC6", 0.25, 8, 0.5, SMALL),
  ],
};

/**
 * Reads PCs and models from a JSON file's text (`--fleet FILE`): `{ "models": [...], "pcs": [...] }`.
 * @throws Error that names what is wrong and where
 */
export function readBenchFleet(text: string): BenchFleet {
  const fleet = Fleet.parse(JSON.parse(text));
  const names = new Set(fleet.models.map(({ name }) => name));
  for (const pc of fleet.pcs) {
    const unknown = pc.models.find((name) => !names.has(name));
    if (unknown) throw new Error(`${pc.name} has the model ${unknown}, which is not among "models".`);
  }
  return fleet;
}
