import { LogLevel } from "@slack/web-api";

/** Slack's clients say nothing on the console while a test makes them fail on purpose. */
export const silentSlackLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
