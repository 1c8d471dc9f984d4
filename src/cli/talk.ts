import { readFileSync } from "node:fs";
import path from "node:path";
import { createScriptFace, createTerminalFace, type Face, type FaceOptions } from "../../bots/index.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { nameOf, type ProjectId } from "../../core/domain/ids.ts";
import { isDiskFailure } from "../../storage/index.ts";
import { systemClock } from "../clock.ts";
import { compose, type House } from "../compose.ts";
import { timeOrderedIds } from "../ids.ts";
import type { Settings } from "../settings.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print } from "./output.ts";
import { untilSignal } from "./until-signal.ts";
import { projectNamed, whoActs } from "./with-house.ts";

/** A conversation on this terminal, until the person leaves. With `serve`, health over HTTP beside it. */
export async function talk(
  settings: Settings,
  options: CommonOptions,
  { serve }: { serve: boolean },
): Promise<ExitCode> {
  const face = createTerminalFace(faceOptions(settings, options));
  const { asked, release } = untilSignal();
  asked.then(() => face.leave());
  return withFace(settings, face, { ...options, serve }, ({ diskFailed }) => face.run(diskFailed)).finally(release);
}

/** Plays a script of JSON lines from a file, or from stdin with `-`. */
export function playScript(settings: Settings, file: string, options: CommonOptions): Promise<ExitCode> {
  const script = file === "-" ? process.stdin : readScript(file);
  const json = options.json === true;
  const face = createScriptFace({ ...faceOptions(settings, options), json, stderr: process.stderr });
  return withFace(settings, face, { ...options, serve: false }, ({ diskFailed }) => face.run(script, diskFailed));
}

async function withFace(
  settings: Settings,
  face: Face,
  { serve, project }: CommonOptions & { serve: boolean },
  run: (house: House) => Promise<number>,
): Promise<ExitCode> {
  // The chat owns the terminal, so log lines go to a file.
  const logFile = settings.log.file ?? path.join(settings.dataFolder, "piloto.log");
  const house = await compose(settings, { platforms: [face.platform], serve, logFile });
  let code: ExitCode = EXIT.ok;
  try {
    await projectNamed(house, { project });
    face.attach(house.core);
    const { url, endpointUrl } = await house.start();
    if (serve) greet(settings, url, endpointUrl);
    code = (await run(house)) as ExitCode;
  } finally {
    await stopAfter(house, code);
  }
  return code;
}

/** A face that ended because the disk failed has told so; that the end could not be recorded either is nothing new. */
async function stopAfter(house: House, code: ExitCode): Promise<void> {
  try {
    await house.stop();
  } catch (error) {
    if (code === EXIT.ok || !isDiskFailure(error)) throw error;
  }
}

function greet({ isDemo }: Settings, url = "", endpointUrl?: string): void {
  print(`Piloto is ready at ${url}${endpointUrl ? `, for other programs at ${endpointUrl}` : ""}`);
  if (!isDemo) return;
  print("This is the demo: simulated PCs, and a small workshop that really runs here. Try:");
  print("  Set the stock of M8 bolt to 400", "  Start machine lathe-1", "  ¿Qué máquinas hay?", "");
}

function faceOptions(settings: Settings, options: CommonOptions): FaceOptions {
  const account = whoActs(options, settings);
  if (!account.startsWith("terminal:")) {
    throw new PilotoError("INPUT_INVALID", `${account} is not a person at a terminal. Name one like terminal:ana.`);
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    env: process.env,
    clock: systemClock(),
    ids: timeOrderedIds(),
    projectId: (options.project ?? settings.defaultProject) as ProjectId,
    account: nameOf(account),
    language: settings.language,
  };
}

function readScript(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PilotoError("INPUT_INVALID", `The script ${file} cannot be read: ${why}.`, { cause });
  }
}
