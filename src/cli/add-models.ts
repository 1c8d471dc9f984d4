import { type Command, Option } from "commander";
import type { ExitCode } from "./exit-codes.ts";

type Lazily = (load: () => Promise<(...args: never[]) => Promise<ExitCode>>) => (...args: unknown[]) => Promise<void>;

/** `piloto models`: what the PCs' models can do, and which PC has which. */
export function addModels(program: Command, lazily: Lazily): void {
  const json = () => new Option("--json", "print JSON for programs");
  const as = () => new Option("--as <account>", "the account that acts, such as terminal:ana");
  const models = program
    .command("models")
    .description("the models of the GPU PCs: what each can do, and where it is")
    .addOption(json())
    .action(lazily(async () => (await import("./models.ts")).showModels));
  models
    .command("probe [name]")
    .description("test what works for a model by a few tiny requests; without a name those that nobody tested")
    .option("--again", "also what was tested already")
    .addOption(json())
    .action(lazily(async () => (await import("./models-probe.ts")).probeModels));
  models
    .command("pull <name>")
    .description("download a model to PCs; started again, it goes on where it was")
    .option("--on <pcs>", "only these PCs, by comma; every PC that has room when absent")
    .option("--again", "also where it is there already: there may be a newer one")
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await import("./models-pull.ts")).pullModels));
  models
    .command("remove <name>")
    .description("delete a model from the disks of PCs")
    .requiredOption("--on <pcs>", "the PCs, by comma")
    .addOption(as())
    .addOption(json())
    .action(lazily(async () => (await import("./models-pull.ts")).removeModels));
}
