import { PilotoError } from "../../core/domain/errors.ts";
import { openEndpointTokens } from "../endpoint-tokens.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson, printTable } from "./output.ts";
import { mustAdminister, projectNamed, whoActs, withHouse } from "./with-house.ts";

interface AddOptions extends CommonOptions {
  readonly batch?: boolean;
  readonly weight: string;
}

/** `piloto endpoint add NAME`: prints the program's token on stdout, once; it is kept as a hash alone. */
export function addClient(name: string, options: AddOptions): Promise<ExitCode> {
  return asKeeper(options, async (house, by) => {
    const client = { name, class: options.batch ? "batch" : "interactive", weight: weightOf(options) } as const;
    const token = await openEndpointTokens(house.secrets).add(client, by);
    const url = endpointUrl(house);
    if (options.json) printJson({ ...client, token, url });
    else {
      print(token);
      hint(`That is the token of ${name}, shown this once. Ollama's API is at ${url}, OpenAI's at ${url}/v1.`);
      hint("A running Piloto takes it within seconds.");
    }
  });
}

/** `piloto endpoint list` */
export function listClients(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const clients = await openEndpointTokens(house.secrets).list();
    const told = clients.map(({ tokenHash: _, ...client }) => client);
    if (options.json) printJson(told);
    else {
      const rows = told.map((client) => [client.name, client.class, String(client.weight)]);
      printTable(["program", "class", "weight"], rows, "No program has a token. See: piloto endpoint add.");
    }
    return EXIT.ok;
  });
}

/** `piloto endpoint remove NAME` */
export function removeClient(name: string, options: CommonOptions): Promise<ExitCode> {
  return asKeeper(options, async (house, by) => {
    if (!(await openEndpointTokens(house.secrets).remove(name, by))) {
      const message = `No program "${name.slice(0, 80)}" has a token. See: piloto endpoint list.`;
      throw new PilotoError("SECRET_NOT_FOUND", message);
    }
    if (options.json) printJson({ removed: name });
    else print(`${name} is shut out. A running Piloto knows it within seconds.`);
  });
}

type Keep = (house: CommandHouse, by: string) => Promise<void>;

/** The PCs belong to the whole house: whoever administers the default project says who may use them. */
function asKeeper(options: CommonOptions, work: Keep): Promise<ExitCode> {
  return withHouse(async (house) => {
    const by = whoActs(options, house.settings);
    await mustAdminister(by, await projectNamed(house, {}), house);
    await work(house, by);
    return EXIT.ok;
  });
}

function weightOf({ weight }: AddOptions): number {
  const value = Number(weight);
  if (value > 0 && value <= 1000) return value;
  throw new PilotoError("INPUT_INVALID", `--weight is "${weight.slice(0, 40)}"; it is a number above 0, at most 1000.`);
}

const endpointUrl = ({ settings: { endpoint } }: CommandHouse) =>
  `http://${endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
