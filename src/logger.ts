import { mkdirSync } from "node:fs";
import path from "node:path";
import pino from "pino";
import { PilotoError } from "../core/domain/errors.ts";
import type { Logger } from "../core/ports/logger.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go; stderr when absent, so that stdout stays clean for pipes. */
  readonly file?: string;
  /** Strikes secrets out of a finished line. */
  readonly redact?: (text: string) => string;
}

/** Lines that could not be written yet are held up to so many bytes; what comes after them is lost. */
const MAX_HELD = 1_000_000;

/**
 * One JSON object a line. Every line is redacted by value just before it is written, so a secret that slipped into
 * a field or an error's text does not reach the log. `close` writes what is still held. A log that cannot be written
 * later, on a full disk say, does not end Piloto: that is told once on stderr.
 * @throws PilotoError SETTINGS_INVALID | DISK_FULL when the file cannot be opened
 */
export function openLog({ level, file, redact }: LogOptions): Logger & { close(): void } {
  const destination = openDestination(file);
  let isTold = false;
  let isBehind = false;
  destination.on("error", (error: NodeJS.ErrnoException) => {
    if (!isTold && file) process.stderr.write(`The log ${file} cannot be written now (${error.code}).\n`);
    isTold = true;
    isBehind = true;
  });
  destination.on("write", () => {
    isBehind = false;
  });
  const stream = { write: (line: string) => void destination.write(redact ? redact(line) : line) };
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    stream,
  );
  return {
    debug: (fields, text) => log.debug(fields, text),
    info: (fields, text) => log.info(fields, text),
    warn: (fields, text) => log.warn(fields, text),
    error: (fields, text) => log.error(fields, text),
    close() {
      // `flushSync` of what a full disk did not take would try for ever, blocking (sonic-boom 4.2.1); a write tries once.
      if (isBehind) destination.write("");
      else destination.flushSync();
    },
  };
}

function openDestination(file: string | undefined) {
  try {
    if (file) mkdirSync(path.dirname(file), { recursive: true });
    return pino.destination({ dest: file ?? 2, sync: true, maxLength: MAX_HELD });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    const why = isFull ? "the disk is full. Make room" : `${code}. Name another file with PILOTO_LOG_FILE`;
    const message = `The log ${file} cannot be written: ${why} and try again.`;
    throw new PilotoError(isFull ? "DISK_FULL" : "SETTINGS_INVALID", message, { cause });
  }
}
