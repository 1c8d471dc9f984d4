import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { generateOpenapi } from "./openapi-document.ts";

const Measured = z.object({ ms: z.number(), rssMb: z.number(), operations: z.number() });

/**
 * Registers a document of 4 MB with over 1,000 operations on a fresh database, in a process of its own.
 * `ms`: the whole of `addService`, reading the file included; `rssMb`: the most memory that process ever held.
 * Run from the repository's root.
 */
export async function measureOpenapi4mb(): Promise<{ ms: number; rssMb: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), "piloto-openapi-"));
  try {
    const file = path.join(folder, "openapi.json");
    await writeFile(file, generateOpenapi({ sizeBytes: 4 * 1024 * 1024, operations: 1200 }));
    const child = ["scripts/house/run.mjs", "scripts/bench/openapi-child.ts", file, path.join(folder, "data")];
    const { stdout } = await promisify(execFile)(process.execPath, child);
    const { ms, rssMb, operations } = Measured.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    if (operations < 1000) throw new Error(`Only ${operations} operations were registered; over 1,000 were wanted.`);
    return { ms, rssMb };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
