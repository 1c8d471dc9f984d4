import { z } from "zod";
import { isPilotoError, PilotoError } from "../../../core/domain/errors.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { EndpointClient, StoredToken, TokenStore } from "./clients.ts";

/** Clients of the endpoint in the Secrets store, one place each: `endpoint:<name>`. */
export interface SecretTokenStore extends TokenStore {
  /** Replaces the client of that name, and with it its token. @throws PilotoError INPUT_INVALID: name or weight */
  add(client: EndpointClient, tokenHash: string, by: string): Promise<void>;
  /** `false`: there was none. */
  remove(name: string, by: string): Promise<boolean>;
}

const PLACE = "endpoint:";
const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i);
const Stored = z.object({
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  class: z.enum(["interactive", "batch"]),
  weight: z.number().min(0.01).max(100),
});

/** What is stored is the hash of a token, with class and weight: reading the store gives nobody a token. */
export function createSecretTokenStore(
  secrets: Pick<Secrets, "put" | "get" | "remove" | "list">,
  logger: Logger,
): SecretTokenStore {
  async function read(place: string): Promise<StoredToken[]> {
    try {
      const stored = Stored.safeParse(JSON.parse(await secrets.get(place)));
      if (stored.success) return [{ name: place.slice(PLACE.length), ...stored.data }];
      logger.warn({ place }, "what is stored for a client of the endpoint is no client");
    } catch (error) {
      // One damaged entry must not shut the others out; a removed one is gone.
      if (isPilotoError(error, "SECRET_NOT_FOUND")) return [];
      if (!isPilotoError(error, "SECRET_UNREADABLE") && !(error instanceof SyntaxError)) throw error;
      logger.warn({ place }, "a client of the endpoint cannot be read");
    }
    return [];
  }

  return {
    async list() {
      const places = (await secrets.list()).filter((place) => place.startsWith(PLACE));
      return (await Promise.all(places.map(read))).flat();
    },
    async add({ name, ...client }, tokenHash, by) {
      if (!Name.safeParse(name).success) {
        const wanted = "1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit";
        throw new PilotoError(
          "INPUT_INVALID",
          `The name of a client should be ${wanted}; it is "${name.slice(0, 80)}".`,
        );
      }
      const stored = Stored.safeParse({ ...client, tokenHash });
      if (!stored.success) {
        throw new PilotoError(
          "INPUT_INVALID",
          "A client needs class interactive or batch, and a weight of 0.01 to 100.",
        );
      }
      await secrets.put(PLACE + name, JSON.stringify(stored.data), by);
    },
    remove: (name, by) => secrets.remove(PLACE + name, by),
  };
}
