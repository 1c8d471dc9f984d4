import { PilotoError } from "../../core/domain/errors.ts";
import { fullName } from "../fleet/model-name.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { decisionTable, headline, verdictTable } from "./explain-text.ts";
import { modelTable, nodeTable, type Table } from "./fleet-text.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson, printTable } from "./output.ts";
import { type ReachedFleet, reachFleet } from "./reach-fleet.ts";
import { mustAdminister, projectNamed, whoActs, withHouse } from "./with-house.ts";

export interface ExplainOptions extends CommonOptions {
  readonly batch?: boolean;
  readonly tokens: string;
}

/** `piloto fleet`: how the PCs stand, through a running Piloto or by a look at each. Exit 5 when none answers. */
export function showFleet(options: CommonOptions): Promise<ExitCode> {
  return withFleet(options, async (fleet, { settings }) => {
    const picture = await fleet.picture();
    const { nodes, models } = picture;
    const isRunning = fleet.url !== undefined;
    if (options.json) printJson({ isRunning, url: fleet.url, ...picture });
    else {
      show(nodeTable(picture, isRunning), settings.isDemo ? NO_DEMO : "No PC is configured. Set OLLAMA_HOSTS.");
      print("");
      show(modelTable(picture, isRunning), models.length === 0 ? "No models were found." : "");
      if (picture.endpointUrl) print("", `Other programs reach the PCs at ${picture.endpointUrl}`);
    }
    return nodes.length > 0 && nodes.every((node) => node.health === "down") ? EXIT.unreachable : EXIT.ok;
  });
}

const NO_DEMO = "The demo's simulated PCs live only while it runs. Set OLLAMA_HOSTS for real ones.";

/** `piloto fleet explain MODEL`: where a request would go now, and why. Without a model: the last decisions. */
export function explainFleet(model: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  return withFleet(options, async (fleet, house) => {
    if (model === undefined) {
      const decisions = await fleet.decisions();
      if (options.json) printJson(decisions);
      else show(decisionTable(decisions), "Nothing was decided yet.");
      return EXIT.ok;
    }
    const share = (await projectNamed(house, options)).id;
    const explained = await fleet.explain({
      model: fullName(model),
      class: options.batch ? "batch" : "interactive",
      share,
      promptTokens: tokensOf(options),
    });
    if (options.json) printJson(explained);
    else {
      print(headline(explained), "");
      show(verdictTable(explained), "There is no PC.");
    }
    return EXIT.ok;
  });
}

/** `piloto fleet drain PC`: it gets no new work, until `piloto fleet return PC`. Outlives a restart. */
export const drainPc = (node: string, options: CommonOptions) => setDrained(node, true, options);

export const returnPc = (node: string, options: CommonOptions) => setDrained(node, false, options);

function setDrained(node: string, isDrained: boolean, options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const by = whoActs(options, house.settings);
    await mustAdminister(by, await projectNamed(house, {}), house);
    const changed = await (await reachFleet(house)).drain(node, isDrained, by);
    if (options.json) printJson({ node, isDrained, changed });
    else print(`${node} ${changed ? "" : "already "}${isDrained ? `${DRAINED} ${node}` : "is given work."}`);
    return EXIT.ok;
  });
}

const DRAINED = "gets no new work; what it has under way it ends. Give it work again with: piloto fleet return";

type Look = (fleet: ReachedFleet, house: CommandHouse) => Promise<ExitCode>;

function withFleet(options: CommonOptions, look: Look): Promise<ExitCode> {
  return withHouse(async (house) => {
    const fleet = await reachFleet(house);
    const code = await look(fleet, house);
    if (fleet.note && !options.json) hint(`\n${fleet.note}`);
    return code;
  });
}

const show = ({ head, rows }: Table, none: string) => printTable(head, rows, none);

function tokensOf({ tokens }: ExplainOptions): number {
  const count = Number(tokens);
  if (/^\d{1,7}$/.test(tokens)) return count;
  throw new PilotoError(
    "INPUT_INVALID",
    `--tokens is "${tokens.slice(0, 40)}"; it is a number of tokens, such as 500.`,
  );
}
