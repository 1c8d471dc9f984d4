import { isPilotoError } from "../core/domain/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { EndpointTokens } from "./endpoint-tokens.ts";
import { createEndpointClients } from "./fleet/endpoint/clients.ts";
import type { Endpoint } from "./fleet/endpoint/endpoint.ts";
import type { EndpointFleet } from "./fleet/endpoint/endpoint-fleet.ts";
import type { EndpointSettings } from "./settings.ts";

/** The endpoint for the team's other programs: open when the settings ask for it, or a program has a token. */
export interface ServedPrograms {
  /** Where it is; absent while it is shut. */
  url(): string | undefined;
  /** @throws PilotoError PORT_IN_USE | SETTINGS_INVALID */
  start(): Promise<void>;
  /** Opens it when the first program got its token meanwhile. What stands in the way is a warning. */
  look(): Promise<void>;
  close(): Promise<void>;
}

interface Deps {
  readonly fleet: EndpointFleet;
  readonly tokens: EndpointTokens;
  /** The fleet's: programs are added to it. */
  readonly weights: Map<string, number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A program's share: no project has a colon in its name. */
const shareOfProgram = (name: string): string => `program:${name}`;

export function servePrograms(at: EndpointSettings, { fleet, tokens, weights, clock, logger }: Deps): ServedPrograms {
  let open: Endpoint | undefined;
  let warned = "";
  let isClosed = false;
  const store = {
    async list() {
      const all = (await tokens.list()).map((token) => ({ ...token, name: shareOfProgram(token.name) }));
      for (const { name, weight } of all) weights.set(name, weight);
      return all;
    },
  };

  async function openUp(): Promise<void> {
    const { createEndpoint } = await import("./fleet/endpoint/endpoint.ts");
    const clients = createEndpointClients(store, clock);
    open = await createEndpoint({ fleet, clients, clock, logger }, at);
    // The stop came in between.
    if (isClosed) return open.close();
    logger.info({ url: open.url }, "Other programs reach the PCs here");
  }

  return {
    url: () => open?.url,
    async start() {
      if ((await store.list()).length > 0 || at.isWanted) await openUp();
    },
    async look() {
      if (open || isClosed || (await store.list()).length === 0) return;
      try {
        await openUp();
      } catch (error) {
        if (!isPilotoError(error)) throw error;
        const why = error.message;
        if (why !== warned) logger.warn({ why }, "The endpoint for other programs could not be opened");
        warned = why;
      }
    },
    async close() {
      isClosed = true;
      await open?.close();
    },
  };
}
