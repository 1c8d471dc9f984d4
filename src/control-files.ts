import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { PilotoError } from "../core/domain/errors.ts";
import type { Logger } from "../core/ports/logger.ts";
import { dataFolder } from "../storage/index.ts";
import { writePrivately } from "./write-privately.ts";

/** Where a Piloto that runs on this data takes commands, and what lets them in. */
export interface ControlAddress {
  /** Reachable from this computer. */
  readonly url: string;
  readonly token: string;
}

const Address = z.object({ url: z.url({ protocol: /^http$/ }) });
const Token = z.string().regex(/^[\w-]{43}$/);

const tokenFile = (folder: string) => path.join(dataFolder(folder).keys, "control.token");
const addressFile = (folder: string) => path.join(folder, "control.json");

/** Where commands find a Piloto from its start to its stop. */
export interface ControlDoor {
  /** Absent when it could not be written: commands cannot come in then. */
  readonly token?: string;
  /** Commands find it at this address from now on. */
  tell(url: string): void;
  /** Nobody listens any more. Twice does no harm. */
  close(): void;
}

/** Writes what commands need; that it cannot be written (a full disk) is a warning, since Piloto works without. */
export function openControlDoor(folder: string, logger: Pick<Logger, "warn">): ControlDoor {
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code;
      if (why === undefined) throw error;
      logger.warn({ folder, why }, "Commands beside this Piloto will not find it");
      return undefined;
    }
  };
  return {
    token: tried(() => makeControlToken(folder)),
    tell: (url) => tried(() => tellControlAddress(folder, url)),
    close: () => tried(() => forgetControl(folder)),
  };
}

/** A fresh token for this start, readable by Piloto's user alone. The one of an earlier start is worth nothing then. */
export function makeControlToken(folder: string): string {
  const token = randomBytes(32).toString("base64url");
  mkdirSync(dataFolder(folder).keys, { recursive: true, mode: 0o700 });
  writePrivately(tokenFile(folder), `${token}\n`);
  return token;
}

/** Tells commands where this Piloto listens: `0.0.0.0` is every address of this computer, so they take the loopback. */
export function tellControlAddress(folder: string, url: string): void {
  const at = new URL(url);
  if (at.hostname === "0.0.0.0") at.hostname = "127.0.0.1";
  if (at.hostname === "[::]") at.hostname = "[::1]";
  writePrivately(addressFile(folder), `${JSON.stringify({ url: at.origin, pid: process.pid })}\n`);
}

/** Nobody listens there any more. Twice does no harm. */
export function forgetControl(folder: string): void {
  rmSync(addressFile(folder), { force: true });
  rmSync(tokenFile(folder), { force: true });
}

/**
 * `undefined` when no Piloto runs on this data, or none that takes commands. After a crash it may name one that is gone.
 * @throws PilotoError NOT_ALLOWED: it runs for another user of this computer
 */
export function readControlAddress(folder: string): ControlAddress | undefined {
  try {
    const { url } = Address.parse(JSON.parse(readFileSync(addressFile(folder), "utf8")));
    return { url, token: Token.parse(readFileSync(tokenFile(folder), "utf8").trim()) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") {
      const message = `The Piloto that works on ${folder} runs for another user of this computer. Be that user.`;
      throw new PilotoError("NOT_ALLOWED", message, { cause: error });
    }
    if (code === "ENOENT" || error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
