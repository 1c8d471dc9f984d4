import { PilotoError } from "../../core/domain/errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { playScript, talk } from "./talk.ts";
import { settingsHere } from "./with-house.ts";

interface ChatOptions extends CommonOptions {
  readonly script?: string;
}

/** `piloto chat`: a conversation at the keyboard, or a script of JSON lines. */
export async function chat(options: ChatOptions): Promise<ExitCode> {
  const settings = settingsHere();
  if (options.script !== undefined) return playScript(settings, options.script, options);
  if (process.stdin.isTTY && process.stdout.isTTY) return talk(settings, options, { serve: false });
  throw new PilotoError("INPUT_INVALID", "A chat needs a terminal. Without one, give --script FILE, or - for stdin.");
}
