import { z } from "zod";
import { PilotoError } from "../core/domain/errors.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import { hashToken, newToken, type StoredToken, type TokenStore } from "./fleet/endpoint/clients.ts";

/** Which programs may use the PCs, as it is stored: `endpoint:<name>` among the secrets, a hash and no token. */
export interface EndpointTokens extends TokenStore {
  /** The token, which nobody can read a second time. @throws PilotoError INPUT_INVALID: the name is bad or taken */
  add(client: Omit<StoredToken, "tokenHash">, by: string): Promise<string>;
  /** `false`: there was none. */
  remove(name: string, by: string): Promise<boolean>;
}

const PLACE = "endpoint:";
const NAME = /^[a-z0-9-]{1,40}$/;

const Stored = z.object({
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  class: z.enum(["interactive", "batch"]),
  weight: z.number().positive(),
});

/** A damaged entry lets nobody in; `piloto endpoint list` leaves it out, `remove` takes it away. */
export function openEndpointTokens(secrets: Pick<Secrets, "put" | "get" | "remove" | "list">): EndpointTokens {
  const names = async () =>
    (await secrets.list()).flatMap((place) => (place.startsWith(PLACE) ? [place.slice(PLACE.length)] : []));
  return {
    async list() {
      const read = await Promise.all((await names()).map((name) => readOne(secrets, name)));
      return read.filter((client) => client !== undefined);
    },
    async add({ name, ...client }, by) {
      if (!NAME.test(name)) {
        const message = `"${name.slice(0, 80)}" is no name for a program. Use lower-case letters, digits and dashes, at most 40.`;
        throw new PilotoError("INPUT_INVALID", message);
      }
      if ((await names()).includes(name)) {
        const message = `There is a program "${name}" already. Take its token away first: piloto endpoint remove ${name}`;
        throw new PilotoError("INPUT_INVALID", message);
      }
      const token = newToken();
      await secrets.put(PLACE + name, JSON.stringify({ ...client, tokenHash: hashToken(token) }), by);
      return token;
    },
    remove: (name, by) => secrets.remove(PLACE + name, by),
  };
}

async function readOne(secrets: Pick<Secrets, "get">, name: string): Promise<StoredToken | undefined> {
  let text: string;
  try {
    text = await secrets.get(PLACE + name);
  } catch (error) {
    // Removed meanwhile, or sealed with another key: either way nobody has that token.
    if (error instanceof PilotoError) return undefined;
    throw error;
  }
  const read = Stored.safeParse(tryJson(text));
  return read.success ? { name, ...read.data } : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the schema refuses it
  }
}
