import { compose, type House } from "../compose.ts";
import type { Settings } from "../settings.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson } from "./output.ts";
import { talk } from "./talk.ts";
import { untilSignal } from "./until-signal.ts";
import { settingsHere } from "./with-house.ts";

interface StartOptions extends CommonOptions {
  readonly chat: boolean;
}

/**
 * `piloto start`. On a terminal a chat opens in it; without one Piloto stays in the foreground until a signal comes.
 * Prints `Piloto is ready at <address>` once it is.
 */
export async function start(options: StartOptions): Promise<ExitCode> {
  const settings = settingsHere();
  const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (options.chat && hasTerminal && !options.json) return talk(settings, options, { serve: true });
  return serveUntilSignal(settings, options);
}

async function serveUntilSignal(settings: Settings, options: StartOptions): Promise<ExitCode> {
  const { asked, release } = untilSignal();
  const house = await compose(settings, { platforms: [], serve: true });
  try {
    const { url, endpointUrl } = await house.start();
    tellReady(house, { url: url ?? "", endpointUrl }, options);
    const signal = await asked;
    hint(`Stopping (${signal}): what is under way is finished or handed back.`);
  } finally {
    await house.stop();
    release();
  }
  return EXIT.ok;
}

interface Reached {
  readonly url: string;
  readonly endpointUrl?: string;
}

function tellReady({ settings }: House, { url, endpointUrl }: Reached, { json }: StartOptions): void {
  const { isDemo: demo, dataFolder: data } = settings;
  if (json) printJson({ ready: true, url, endpointUrl, pid: process.pid, demo, data });
  else print(`Piloto is ready at ${url}${endpointUrl ? `, for other programs at ${endpointUrl}` : ""}`);
  if (settings.isDemo && !json)
    hint("This is the demo: simulated PCs, a small workshop. Set OLLAMA_HOSTS for real ones.");
}
