import path from "node:path";
import { isPilotoError } from "../../core/domain/errors.ts";
import { compose } from "../compose.ts";
import { type CommandHouse, openForCommand } from "../open-for-command.ts";
import type { Settings } from "../settings.ts";
import type { ExitCode } from "./exit-codes.ts";
import { settingsHere } from "./with-house.ts";

/** What a command needs to ask, decide and watch. */
export interface Working extends Pick<CommandHouse, "settings" | "stores" | "clock" | "ids" | "core"> {
  /** Of this process's own Piloto; one that runs beside it has its own troubles, and tells them itself. */
  readonly diskFailed?: AbortSignal;
}

/**
 * Works with a Piloto that runs on this data; when none does, this process is it until the command ends.
 * Either way what was confirmed is durable, and goes on at the next start if the command is cut off.
 */
export async function withCore(work: (working: Working) => Promise<ExitCode>): Promise<ExitCode> {
  const settings = settingsHere();
  const own = await composeUnlessOwned(settings);
  if (own) {
    try {
      await own.start();
      return await work({ ...own, core: async () => own.core });
    } finally {
      await own.stop();
    }
  }
  const beside = await openForCommand(settings);
  try {
    return await work(beside);
  } finally {
    await beside.close();
  }
}

async function composeUnlessOwned(settings: Settings) {
  const logFile = settings.log.file ?? path.join(settings.dataFolder, "piloto.log");
  try {
    return await compose(settings, { platforms: [], serve: false, logFile });
  } catch (error) {
    if (isPilotoError(error, "DATA_IN_USE")) return undefined;
    throw error;
  }
}
