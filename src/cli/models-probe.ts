import { isPilotoError, PilotoError } from "../../core/domain/errors.ts";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import { fullName } from "../fleet/model-name.ts";
import { createAskModel } from "../fleet/probe/ask-model.ts";
import { PROBE_PARTS, probeModel } from "../fleet/probe/probe-model.ts";
import { onlyDigestOf } from "../fleet/probe/probe-quietly.ts";
import type { ModelVerdict } from "../fleet/probe/verdict.ts";
import { openVerdicts } from "../model-verdicts.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { untilCtrlC } from "./models-house.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson, tellError } from "./output.ts";
import { withHouse } from "./with-house.ts";

interface ProbeOptions extends CommonOptions {
  readonly again?: boolean;
}

/**
 * `piloto models probe [NAME]`: tests models one after the other, as batch work; one that is not in memory is loaded.
 * With a name it is tested in any case. Exit 1 when one gave no verdict.
 */
export function probeModels(name: string | undefined, options: ProbeOptions): Promise<ExitCode> {
  return withHouse((house) =>
    untilCtrlC(async (signal) => {
      const verdicts = openVerdicts(house.settings, house);
      const chosen = choose(await (await house.fleet()).models(), name, (digest) =>
        options.again ? false : verdicts.of(digest) !== undefined,
      );
      if (chosen.length === 0 && !options.json) print("Every model was tested already. Once more: --again");
      let code: ExitCode = EXIT.ok;
      for (const model of chosen) {
        try {
          const verdict = await testOne(model, house, options, signal);
          verdicts.keep(verdict);
          if (options.json) printJson(verdict);
          else printVerdict(verdict);
        } catch (error) {
          if (!isPilotoError(error) || isPilotoError(error, "CANCELLED")) throw error;
          tellError(error, options);
          code = EXIT.failed;
        }
      }
      return code;
    }),
  );
}

/** @throws PilotoError MODEL_MISSING | MODEL_LACKS_ABILITY */
function choose(models: readonly FleetModel[], name: string | undefined, isKnown: (digest: string) => boolean) {
  if (name === undefined) {
    return models.filter((model) => {
      const digest = onlyDigestOf(model);
      return model.abilities.includes("completion") && digest !== undefined && !isKnown(digest);
    });
  }
  const found = models.find((model) => model.name === fullName(name));
  if (!found) {
    const there = models.length === 0 ? "There is none." : `There are: ${models.map((m) => m.name).join(", ")}.`;
    throw new PilotoError("MODEL_MISSING", `No PC that is up has the model ${name.slice(0, 100)}. ${there}`);
  }
  if (found.abilities.includes("completion")) return [found];
  throw new PilotoError("MODEL_LACKS_ABILITY", `${found.name} only embeds: there is nothing to test for planning.`);
}

async function testOne(
  model: FleetModel,
  house: CommandHouse,
  { json }: ProbeOptions,
  signal: AbortSignal,
): Promise<ModelVerdict> {
  const digest = onlyDigestOf(model);
  if (digest === undefined) {
    const why = `The PCs hold different models under the name ${model.name}, or do not say which.`;
    throw new PilotoError("MODEL_MISSING", `${why} Make them one: piloto models pull ${model.name} --again`);
  }
  const { router, prepare } = await house.fleet();
  const ask = createAskModel({ router, prepare, clock: house.clock }, { isQuiet: false });
  const onPart = (part: string) => {
    if (!json)
      hint(`${model.name}: testing ${part} (${PROBE_PARTS.indexOf(part as "tools") + 1} of ${PROBE_PARTS.length})`);
  };
  const probed = await probeModel({ ...model, digest }, { ask, clock: house.clock, onPart }, signal);
  if (probed.kind === "verdict") return probed.verdict;
  throw new PilotoError("FLEET_BUSY", `${model.name} could not be tested now. Try again later.`);
}

function printVerdict({ name, planning, ...verdict }: ModelVerdict): void {
  const by = { tools: "plans by tools", format: "plans by JSON (format)", neither: "plans by neither way" }[planning];
  print(`${name} ${by}`);
  for (const part of PROBE_PARTS) {
    print(`  ${part.padEnd(8)}  ${verdict[part].works ? "yes" : "no "}  ${verdict[part].evidence}`);
  }
}
