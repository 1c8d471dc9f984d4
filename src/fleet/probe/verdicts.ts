import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import { ModelVerdict } from "./verdict.ts";

/** Where verdicts lie over restarts, for every process on the data. */
export interface ProbeMemory {
  /** What was written last, whoever wrote it; anything that is not verdicts is ignored. */
  read(): unknown;
  write(value: unknown): void;
}

/** What is known of models, by digest. */
export interface Verdicts {
  /** `undefined`: not tested. */
  of(digest: string): ModelVerdict | undefined;
  /** The way that works for all of these copies; `undefined` when one of them was not tested. */
  planningFor(digests: readonly string[] | undefined): ModelVerdict["planning"] | undefined;
  /** Replaces what was known of its digest. */
  keep(verdict: ModelVerdict): void;
}

/** Rises when the tests change so much that old verdicts say nothing. */
const VERSION = 1;
/** The oldest go first. */
const KEPT = 500;
/** A command beside a running Piloto writes too. */
const READ_EVERY_MS = 5_000;

const Kept = z.object({ version: z.literal(VERSION), verdicts: z.array(z.unknown()).max(10_000) });

export function createVerdicts(memory: ProbeMemory, clock: Pick<Clock, "nowMs">): Verdicts {
  let known = new Map<string, ModelVerdict>();
  let readAtMs = Number.NEGATIVE_INFINITY;

  function fresh(): Map<string, ModelVerdict> {
    if (clock.nowMs() - readAtMs < READ_EVERY_MS) return known;
    readAtMs = clock.nowMs();
    known = readAll(memory.read());
    return known;
  }

  return {
    of: (digest) => fresh().get(digest),
    planningFor(digests = []) {
      const found = digests.map((digest) => fresh().get(digest));
      if (found.length === 0 || found.some((verdict) => verdict === undefined)) return undefined;
      if (found.every((verdict) => verdict?.tools.works)) return "tools";
      return found.every((verdict) => verdict?.format.works) ? "format" : "neither";
    },
    keep(verdict) {
      readAtMs = Number.NEGATIVE_INFINITY;
      const all = new Map(fresh());
      all.delete(verdict.digest);
      all.set(verdict.digest, verdict);
      known = new Map([...all].slice(-KEPT));
      memory.write({ version: VERSION, verdicts: [...known.values()] });
    },
  };
}

function readAll(value: unknown): Map<string, ModelVerdict> {
  const kept = Kept.safeParse(value);
  const verdicts = (kept.data?.verdicts ?? []).flatMap((one) => {
    const read = ModelVerdict.safeParse(one);
    return read.success ? [read.data] : [];
  });
  return new Map(verdicts.map((verdict) => [verdict.digest, verdict]));
}
