import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AUDIT_GENESIS } from "../core/domain/audit-chain.ts";
import { canonicalJson } from "../core/domain/canonical.ts";
import { PilotoError } from "../core/domain/errors.ts";
import type { Stores } from "../core/ports/stores.ts";
import { isFull, toFolderError } from "./data-folder.ts";
import { makeKeyFile } from "./make-key-file.ts";

const Line = z.strictObject({
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  atMs: z.int(),
  keyId: z.string(),
  signature: z.base64(),
});
type Line = z.infer<typeof Line>;

export interface AuditCheckpoints {
  /**
   * Signs where the chain stands now and appends it to the file, durably. `false` when nothing was added to the chain
   * since the last one.
   */
  write(atMs: number): Promise<boolean>;
  /** All checkpoints, oldest first, signatures checked. @throws PilotoError AUDIT_BROKEN for a line that was altered. */
  read(): { seq: number; hash: string; atMs: number }[];
}

/**
 * Signed checkpoints of the audit chain (Ed25519, RFC 8032), one JSON line each, in a file outside the database:
 * they show when the chain's end was cut off, or when all of it was written anew. Copy the file elsewhere (a backup,
 * another PC) to be safe from somebody who can write the whole folder; the key lies beside the secrets' key.
 */
export function openAuditCheckpoints(
  files: { file: string; keyFile: string },
  { stores }: { stores: Stores },
): AuditCheckpoints {
  const key = readOrMakeKey(files.keyFile);
  return {
    async write(atMs) {
      const head = await stores.read((tx) => tx.audit.head());
      if (head.hash === AUDIT_GENESIS || readLines(files.file).at(-1)?.seq === head.seq) return false;
      const signature = sign(null, signed({ ...head, atMs, keyId: key.id }), key.secret).toString("base64");
      append(files.file, { seq: head.seq, hash: head.hash, atMs, keyId: key.id, signature });
      return true;
    },
    read() {
      return readLines(files.file).map((line, index) => {
        const isOurs =
          line.keyId === key.id && verify(null, signed(line), key.open, Buffer.from(line.signature, "base64"));
        if (!isOurs) throw broken(files.file, index, "its signature is not by this installation's key");
        return { seq: line.seq, hash: line.hash, atMs: line.atMs };
      });
    },
  };
}

function signed({ seq, hash, atMs, keyId }: Omit<Line, "signature">): Buffer {
  return Buffer.from(`piloto-audit-checkpoint\n${canonicalJson({ seq, hash, atMs, keyId })}`, "utf8");
}

/** A last line without its end is one that a crash cut short: it was never promised. */
function readLines(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((text, index) => {
    const parsed = Line.safeParse(parseJson(text));
    if (!parsed.success) throw broken(file, index, "it is no checkpoint");
    return parsed.data;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function append(file: string, line: Line): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const handle = openSync(file, "a+", 0o600);
    try {
      // In place, never written anew: on a full disk the whole file would be lost.
      const before = readFileSync(file);
      const wholeBytes = before.lastIndexOf("\n") + 1;
      if (wholeBytes < before.length) ftruncateSync(handle, wholeBytes);
      writeFileSync(handle, `${JSON.stringify(line)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw isFull(error) ? toFolderError(error, file) : error;
  }
}

const broken = (file: string, index: number, why: string): PilotoError =>
  new PilotoError(
    "AUDIT_BROKEN",
    `Line ${index + 1} of ${file} cannot be trusted: ${why}. Somebody changed the file or the key; compare it with a copy kept elsewhere.`,
  );

interface Key {
  readonly id: string;
  readonly secret: KeyObject;
  readonly open: KeyObject;
}

function readOrMakeKey(file: string): Key {
  if (!existsSync(file)) {
    makeKeyFile(file, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  }
  const secret = createPrivateKey(readFileSync(file, "utf8"));
  const open = createPublicKey(secret);
  const id = createHash("sha256")
    .update(open.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
  return { id, secret, open };
}
