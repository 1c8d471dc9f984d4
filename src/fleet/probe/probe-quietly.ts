import { isPilotoError } from "../../../core/domain/errors.ts";
import type { FleetModel } from "../../../core/domain/fleet-node.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { ModelFleet } from "../../../core/ports/model-fleet.ts";
import { type AskDeps, createAskModel } from "./ask-model.ts";
import { probeModel } from "./probe-model.ts";
import type { ModelVerdict } from "./verdict.ts";
import type { Verdicts } from "./verdicts.ts";

/** Tests models that nobody has tested, while their PCs have nothing to do. */
export interface QuietProbing {
  start(): void;
  /** Breaks off what is under way and resolves when it has ended. A second call does nothing. */
  stop(): Promise<void>;
  /** One round: at most one model. What it found; `undefined` when there was nothing to test, or it was not the time. */
  round(): Promise<ModelVerdict | undefined>;
}

export interface QuietDeps extends AskDeps {
  readonly fleet: Pick<ModelFleet, "models" | "nodes">;
  readonly verdicts: Verdicts;
  readonly logger: Logger;
}

const EVERY_MS = 60_000;
/** After a test for which it was not the time: the others come first. */
const SOON_MS = 120_000;
/** After a test that failed. */
const AGAIN_AFTER_MS = 600_000;

/**
 * One model at a time, each digest once, and only where a PC that is idle holds the model in memory already: it loads
 * nothing, and gives up as soon as somebody else wants the PC.
 */
export function createQuietProbing(deps: QuietDeps): QuietProbing {
  const { fleet, verdicts, clock, logger } = deps;
  const ask = createAskModel(deps, { isQuiet: true });
  const stopped = new AbortController();
  const waitUntilMs = new Map<string, number>();
  let running: Promise<void> | undefined;

  async function round(): Promise<ModelVerdict | undefined> {
    const [models, nodes] = await Promise.all([fleet.models(), fleet.nodes()]);
    const idle = nodes.filter((node) => node.health === "up" && !node.isDrained && node.requestsInFlight === 0);
    const isHeld = (model: FleetModel) => idle.some(({ resident }) => resident.includes(model.name));
    const isDue = (digest: string) => clock.nowMs() >= (waitUntilMs.get(digest) ?? 0) && !verdicts.of(digest);
    const found = models.find((model) => {
      const digest = onlyDigestOf(model);
      return digest !== undefined && model.abilities.includes("completion") && isDue(digest) && isHeld(model);
    });
    return found && test(found, onlyDigestOf(found)!);
  }

  async function test(model: FleetModel, digest: string): Promise<ModelVerdict | undefined> {
    waitUntilMs.set(digest, clock.nowMs() + AGAIN_AFTER_MS);
    try {
      const probed = await probeModel({ ...model, digest }, { ask, clock }, stopped.signal);
      if (probed.kind === "not-now") {
        waitUntilMs.set(digest, clock.nowMs() + SOON_MS);
        return undefined;
      }
      verdicts.keep(probed.verdict);
      const { planning } = probed.verdict;
      logger.info({ model: model.name, planning }, "a model was tested");
      return probed.verdict;
    } catch (error) {
      if (!isPilotoError(error)) throw error;
      if (!stopped.signal.aborted) logger.debug({ model: model.name, why: error.message }, "a test gave no verdict");
      return undefined;
    }
  }

  async function keepProbing(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(EVERY_MS, stopped.signal);
      if (!stopped.signal.aborted) await round();
    }
  }

  return {
    round,
    start() {
      running ??= keepProbing();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** Where PCs hold different models under one name nobody knows which of them would answer; without a digest neither. */
export function onlyDigestOf({ digests = [] }: Pick<FleetModel, "digests">): string | undefined {
  return digests.length === 1 && digests[0] !== "" ? digests[0] : undefined;
}
