import { mkdirSync } from "node:fs";
import path from "node:path";
import pino from "pino";
import type { Logger } from "../core/ports/logger.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go; stderr when absent, so that stdout stays clean for pipes. */
  readonly file?: string;
  /** Strikes secrets out of a finished line. */
  readonly redact?: (text: string) => string;
}

/**
 * One JSON object a line. Every line is redacted by value just before it is written, so a secret that slipped into
 * a field or an error's text does not reach the log. `close` writes what is still held.
 */
export function openLog({ level, file, redact }: LogOptions): Logger & { close(): void } {
  if (file) mkdirSync(path.dirname(file), { recursive: true });
  const destination = pino.destination({ dest: file ?? 2, sync: true });
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
    close: () => destination.flushSync(),
  };
}
