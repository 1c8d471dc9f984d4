import { createInterface } from "node:readline";
import { PilotoError } from "../../core/domain/errors.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import { TOKEN_PLACES } from "../chat-app-settings.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson, printTable } from "./output.ts";
import { mustAdminister, projectNamed, whoActs, withHouse } from "./with-house.ts";

const MAX_SECRET_BYTES = 16_384;

/** `piloto secrets set PLACE`: the value comes from a prompt or stdin, never from the command line. */
export function setSecret(place: string, options: CommonOptions): Promise<ExitCode> {
  return asKeeper(place, options, async (house, by) => {
    const value = await readValue(place);
    await house.secrets.put(place, value, by);
    if (options.json) printJson({ stored: place });
    else print(`Stored for ${place}.`);
  });
}

/** `piloto secrets list` */
export function listSecrets(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const places = await house.secrets.list();
    if (options.json) printJson(places);
    else
      printTable(
        ["place"],
        places.map((place) => [place]),
        "No secrets are stored.",
      );
    return EXIT.ok;
  });
}

/** `piloto secrets remove PLACE` */
export function removeSecret(place: string, options: CommonOptions): Promise<ExitCode> {
  return asKeeper(place, options, async (house, by) => {
    if (!(await house.secrets.remove(place, by))) {
      throw new PilotoError("SECRET_NOT_FOUND", `No secret is stored for ${place}. See: piloto secrets list.`);
    }
    if (options.json) printJson({ removed: place });
    else print(`Forgotten: ${place}.`);
  });
}

type Keep = (house: CommandHouse, by: AccountId) => Promise<void>;

function asKeeper(place: string, options: CommonOptions, work: Keep): Promise<ExitCode> {
  const project = /^service:([a-z0-9-]{1,40})\/[a-z0-9-]{1,40}$/.exec(place)?.[1];
  const isToken = Object.values<string>(TOKEN_PLACES).includes(place);
  if (!project && !isToken) {
    const places = Object.values(TOKEN_PLACES).join(", ");
    const message = `"${place.slice(0, 80)}" is no place for a secret. Write service:<project>/<service>, or one of ${places}.`;
    throw new PilotoError("INPUT_INVALID", message);
  }
  return withHouse(async (house) => {
    const by = whoActs(options, house.settings);
    // A chat app belongs to the whole house: whoever administers the default project keeps its tokens.
    await mustAdminister(by, await projectNamed(house, { project }), house);
    await work(house, by);
    return EXIT.ok;
  });
}

async function readValue(place: string): Promise<string> {
  const value = process.stdin.isTTY ? await prompt(`Secret for ${place} (not shown): `) : await readAll();
  if (value === "") throw new PilotoError("INPUT_INVALID", "The secret is empty; nothing was stored.");
  if (Buffer.byteLength(value) <= MAX_SECRET_BYTES) return value;
  throw new PilotoError("INPUT_INVALID", `The secret is longer than ${MAX_SECRET_BYTES} bytes; nothing was stored.`);
}

/** One line from the keyboard without showing it. */
function prompt(question: string): Promise<string> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output: undefined, terminal: true });
  return new Promise((resolve) => {
    lines.once("line", (line) => {
      process.stderr.write("\n");
      resolve(line);
      lines.close();
    });
    lines.once("close", () => resolve(""));
  });
}

/** All of stdin, without the line end that `echo` adds. */
async function readAll(): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    size += part.length;
    if (size > MAX_SECRET_BYTES + 2) break;
    parts.push(part);
  }
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
