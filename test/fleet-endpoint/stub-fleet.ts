import { PilotoError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { chooseModel } from "../../src/fleet/choose-model.ts";
import type { EndpointFleet } from "../../src/fleet/endpoint/endpoint-fleet.ts";
import { DEFAULT_LIMITS, DEFAULT_TIMING } from "../../src/fleet/fleet-options.ts";
import { createModelReader, mergeModels } from "../../src/fleet/known-models.ts";
import { readNodeAddress } from "../../src/fleet/node-address.ts";
import { createOllamaClient } from "../../src/fleet/ollama-client.ts";
import type { Place, Router, Want } from "../../src/fleet/route/router.ts";

const NEVER = new AbortController().signal;
const ELSEWHERE = ["NODE_UNREACHABLE", "NODE_FAILED", "FLEET_BUSY", "MODEL_MISSING"];

/** A fleet whose router sends everything to the first PC, and after a failure to the next one. */
export async function createStubFleet(nodes: readonly { name: string; url: string }[], clock: Clock) {
  const wants: Want[] = [];
  const readModels = createModelReader();
  const pcs = await Promise.all(
    nodes.map(async (node) => {
      const options = { clock, timing: DEFAULT_TIMING, limits: DEFAULT_LIMITS };
      const client = createOllamaClient(node, readNodeAddress(node.url), options);
      const version = await client.version(NEVER);
      return { ...node, health: "up" as const, version, client, models: await readModels(client, NEVER) };
    }),
  );
  const models = mergeModels(pcs);

  async function route<T>(want: Want, signal: AbortSignal, attempt: (place: Place) => Promise<T>): Promise<T> {
    wants.push(want);
    let failure: unknown;
    for (const { client, ...node } of pcs) {
      let hasBegun = false;
      const place: Place = {
        node,
        client,
        keepAliveS: 300,
        firstTokenBudgetMs: 60_000,
        signal,
        firstToken: () => {
          hasBegun = true;
        },
        usage() {},
      };
      try {
        return await attempt(place);
      } catch (error) {
        failure = error;
        if (hasBegun || !(error instanceof PilotoError) || !ELSEWHERE.includes(error.code)) throw error;
      }
    }
    throw failure;
  }

  const fleet: EndpointFleet = {
    models: async () => models,
    pcs: async () => pcs,
    router: { route } as Router,
    async prepare(name, needs) {
      const model = chooseModel(models, { name, needs });
      const isEmbeddingOnly = !model.abilities.includes("completion");
      const shift = { shift: false } as const;
      return { model: model.name, options: { num_ctx: 8192 }, fixed: shift, contextTokens: 8192, isEmbeddingOnly };
    },
  };
  return { fleet, wants, close: async () => void (await Promise.all(pcs.map(({ client }) => client.close()))) };
}
