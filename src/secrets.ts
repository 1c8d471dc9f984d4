import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { auditEntry } from "../core/access/record-audit.ts";
import { isPilotoError, PilotoError } from "../core/domain/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import type { SealedSecret, Stores } from "../core/ports/stores.ts";
import { makeKeyFile } from "../storage/index.ts";
import { createRedactor } from "./redact.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

export interface SecretsDeps {
  readonly stores: Stores;
  readonly clock: Clock;
  /** 32 random bytes as base64; made, readable by its owner alone, when it does not exist. */
  readonly keyFile: string;
  /** Values that came another way (the environment), by place: struck out of texts as well. */
  readonly known?: Readonly<Record<string, string | undefined>>;
}

/**
 * Secrets in the database, sealed with AES-256-GCM under a key that lies outside it. The place and the key's id are
 * authenticated with the value: a row copied to another place does not open. Known values are struck out of texts by
 * `redact`, which knows every secret that stood at the start or was put since.
 * @throws PilotoError SECRET_UNREADABLE when the key file is there and is no key, or can be neither read nor made; DISK_FULL
 */
export async function openSecrets({ stores, clock, keyFile, known = {} }: SecretsDeps): Promise<Secrets> {
  const key = readOrMakeKey(keyFile);
  const redactor = createRedactor();
  for (const [place, value] of Object.entries(known)) if (value) redactor.learn(place, value);
  const sealedAtStart = await stores.read((tx) => tx.secrets.list());
  for (const sealed of sealedAtStart) {
    // One damaged secret must not stop the house; who needs it is told when it is read.
    const opened = open(sealed, key);
    if (opened !== undefined) redactor.learn(sealed.place, opened);
  }
  return {
    async put(place, value, by) {
      const sealed = seal(place, value, key);
      await stores.atomically(async (tx) => {
        const atMs = clock.nowMs();
        await tx.secrets.put(sealed, atMs);
        await tx.audit.append(auditEntry(by, "put-secret", place, atMs));
      });
      redactor.learn(place, value);
    },
    async get(place) {
      const sealed = await stores.read((tx) => tx.secrets.get(place));
      if (!sealed) {
        throw new PilotoError(
          "SECRET_NOT_FOUND",
          `There is no secret "${place}". Store it with: piloto secrets set ${place}`,
        );
      }
      const value = open(sealed, key);
      if (value === undefined) throw unreadable(place, keyFile, sealed.keyId, key.id);
      redactor.learn(place, value);
      return value;
    },
    remove(place, by) {
      return stores.atomically(async (tx) => {
        if (!(await tx.secrets.remove(place))) return false;
        await tx.audit.append(auditEntry(by, "remove-secret", place, clock.nowMs()));
        return true;
      });
    },
    async list() {
      const all = await stores.read((tx) => tx.secrets.list());
      return all.map((sealed) => sealed.place).sort();
    },
    redact: redactor.redact,
  };
}

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

function seal(place: string, value: string, key: Key): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce);
  cipher.setAAD(boundTo(place, key.id));
  const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return { place, sealed: Buffer.concat([nonce, text, cipher.getAuthTag()]).toString("base64"), keyId: key.id };
}

/** The value, or `undefined` when it was sealed with another key, for another place, or was altered. */
function open({ place, sealed, keyId }: SealedSecret, key: Key): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (keyId !== key.id || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(boundTo(place, keyId));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // The tag does not fit: node:crypto has no other way to say so.
    return undefined;
  }
}

const boundTo = (place: string, keyId: string): Buffer => Buffer.from(`piloto-secret\n${keyId}\n${place}`, "utf8");

function readOrMakeKey(file: string): Key {
  const bytes = Buffer.from(readKeyText(file).trim(), "base64");
  if (bytes.length !== KEY_BYTES) {
    throw new PilotoError(
      "SECRET_UNREADABLE",
      `The key file ${file} should hold ${KEY_BYTES} bytes as base64, and holds ${bytes.length}. Put the right file back; without it the stored secrets cannot be read.`,
    );
  }
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 16), bytes };
}

function readKeyText(file: string): string {
  try {
    if (!existsSync(file)) makeKeyFile(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (isPilotoError(cause, "DISK_FULL")) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new PilotoError(
      "SECRET_UNREADABLE",
      `The key file ${file} should be a file that Piloto's user may read, or a place where it may make one, and is not (${code}). Give access to it, or name another with PILOTO_KEY_FILE.`,
      { cause },
    );
  }
}

function unreadable(place: string, keyFile: string, wanted: string, found: string): PilotoError {
  const why =
    wanted === found
      ? "it was altered, or moved from another place"
      : `it needs key ${wanted}, and ${keyFile} is key ${found}`;
  return new PilotoError(
    "SECRET_UNREADABLE",
    `The secret "${place}" cannot be read: ${why}. Store it again with: piloto secrets set ${place}`,
  );
}
