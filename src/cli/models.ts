import { onlyDigestOf } from "../fleet/probe/probe-quietly.ts";
import { openVerdicts } from "../model-verdicts.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { driftOf, MODELS_HEAD, modelRow } from "./models-text.ts";
import type { CommonOptions } from "./options.ts";
import { hint, printJson, printTable } from "./output.ts";
import { withHouse } from "./with-house.ts";

/** `piloto models`: asks every PC now. Exit 5 when none answers. */
export function showModels(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const fleet = await house.fleet();
    const models = [...(await fleet.models())].sort((a, b) => (a.name < b.name ? -1 : 1));
    const nodes = await fleet.nodes();
    if (options.json) {
      const verdicts = openVerdicts(house.settings, house);
      const told = models.map((model) => ({
        ...model,
        tested: verdicts.of(onlyDigestOf(model) ?? ""),
        inMemoryOf: nodes.filter(({ resident }) => resident.includes(model.name)).map(({ name }) => name),
      }));
      printJson({ models: told });
    } else {
      const rows = models.map((model) => modelRow(model, nodes));
      printTable(MODELS_HEAD, rows, house.settings.isDemo ? NO_DEMO : "No PC has a model: piloto models pull NAME");
      for (const model of models.filter(driftOf)) hint(`\n${driftOf(model)}`);
      const isUntested = models.some(({ abilities, planning }) => abilities.includes("completion") && !planning);
      if (isUntested) hint("\nWhat was not tested is tested when its PC is idle, or now: piloto models probe");
    }
    return nodes.length > 0 && nodes.every((node) => node.health === "down") ? EXIT.unreachable : EXIT.ok;
  });
}

const NO_DEMO = "The demo's simulated PCs live only while it runs. Set OLLAMA_HOSTS for real ones.";
