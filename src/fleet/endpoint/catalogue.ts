import { z } from "zod";
import { isPilotoError, PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { fullName } from "../model-name.ts";
import type { Timers } from "../timers.ts";
import type { EndpointFleet, SeenPc } from "./endpoint-fleet.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import type { EndpointLimits } from "./limits.ts";
import { lookAt } from "./look-at.ts";

/** A list of models, as the PCs tell of them. */
export interface ModelList {
  readonly models: readonly Listed[];
}

/** What the fleet has, in Ollama's words. */
export interface Catalogue {
  /** Each model once, as the first PC that has it tells of it. @throws PilotoError FLEET_EMPTY */
  tags(): Promise<ModelList>;
  /** Each model that some PC has in memory, once: the copy that stays longest. @throws PilotoError FLEET_EMPTY */
  running(): Promise<ModelList>;
  /** From a PC that has it. @throws EndpointRefusal 404, PilotoError FLEET_EMPTY | NODE_… */
  show(body: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The oldest of the PCs: what it can do, all can. */
  version(): Promise<string>;
}

export interface CatalogueDeps {
  readonly fleet: EndpointFleet;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: EndpointLimits;
  /** Aborts when the endpoint closes. */
  readonly signal: AbortSignal;
}

const Listed = z.looseObject({
  name: z.string(),
  modified_at: z.unknown().optional(),
  expires_at: z.unknown().optional(),
});
type Listed = z.infer<typeof Listed>;
const List = z.looseObject({ models: z.array(Listed).nullish() });

/** Programs that ask again and again share one look at the PCs for so long. */
const FRESH_MS = 1000;

export function createCatalogue(deps: CatalogueDeps): Catalogue {
  const { fleet, clock } = deps;

  async function up(): Promise<readonly SeenPc[]> {
    const found = (await fleet.pcs()).filter((pc) => pc.health === "up");
    if (found.length > 0) return found;
    throw new PilotoError("FLEET_EMPTY", "No GPU PC can be used now. Start Ollama on one, or look at: piloto fleet");
  }

  /** A PC that does not answer, or answers nonsense, is left out: its watch tells of it. */
  async function listsOf(path: string): Promise<readonly Listed[]> {
    const pcs = await up();
    const lists = await Promise.all(
      pcs.map(async (pc) => {
        try {
          return List.safeParse(await lookAt(pc, { path }, deps)).data?.models ?? [];
        } catch (error) {
          if (!isPilotoError(error)) throw error;
          return [];
        }
      }),
    );
    return lists.flat();
  }

  return {
    tags: shared(clock, async () => ({ models: onceEach(await listsOf("/api/tags"), () => false) })),
    running: shared(clock, async () => ({ models: onceEach(await listsOf("/api/ps"), staysLonger) })),
    async show(body) {
      const name = String(body.model ?? body.name ?? "");
      const holders = (await up()).filter(({ models }) => models.some((model) => model.name === fullName(name)));
      let failure: unknown = new EndpointRefusal(404, "model_not_found", `model '${name}' not found`);
      for (const pc of holders) {
        try {
          return await lookAt(pc, { path: "/api/show", body }, deps);
        } catch (error) {
          if (!isPilotoError(error)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
    async version() {
      const versions = (await fleet.pcs()).flatMap(({ version }) => version ?? []);
      return versions.sort(byVersion)[0] ?? "0.0.0";
    },
  };
}

function onceEach(models: readonly Listed[], isBetter: (a: Listed, b: Listed) => boolean): Listed[] {
  const chosen = new Map<string, Listed>();
  for (const model of models) {
    const before = chosen.get(model.name);
    if (!before || isBetter(model, before)) chosen.set(model.name, model);
  }
  return [...chosen.values()];
}

const staysLonger = (a: Listed, b: Listed) => Date.parse(String(a.expires_at)) > Date.parse(String(b.expires_at));

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Calls within a second of each other share one answer. */
function shared<T>(clock: Clock, work: () => Promise<T>): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const nowMs = clock.nowMs();
    if (last && nowMs - last.atMs < FRESH_MS) return last.answer;
    const mine = { atMs: nowMs, answer: work() };
    last = mine;
    mine.answer.catch(() => {
      if (last === mine) last = undefined;
    });
    return mine.answer;
  };
}
