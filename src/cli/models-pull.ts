import { auditEntry } from "../../core/access/record-audit.ts";
import { isPilotoError } from "../../core/domain/errors.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import { pullModel } from "../fleet/pull/pull-model.ts";
import { readPullName } from "../fleet/pull/pull-name.ts";
import { removeModel } from "../fleet/pull/remove-model.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { namedPcs, untilCtrlC, withPullNodes } from "./models-house.ts";
import { driftLine, pulledJson, pulledLine } from "./models-text.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson } from "./output.ts";
import { showProgress } from "./progress-on-terminal.ts";
import { mustAdminister, projectNamed, whoActs, withHouse } from "./with-house.ts";

interface PullOptions extends CommonOptions {
  readonly on?: string;
  readonly again?: boolean;
}

/**
 * `piloto models pull NAME`: with a line of progress on a terminal, JSON lines with --json. Ctrl-C stops it; what came
 * stays on the PCs. Exit 1 when a PC did not get it.
 */
export function pullModels(name: string, options: PullOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const by = await mayChangePcs(options, house);
    const wish = {
      name: readPullName(name),
      nodes: options.on === undefined ? undefined : namedPcs(options.on),
      again: options.again,
    };
    const progress = showProgress(options, house.clock);
    try {
      const pulled = await withPullNodes(house, (nodes) =>
        untilCtrlC((signal) => pullModel(wish, { nodes, clock: house.clock, signal, onProgress: progress.show })),
      );
      progress.end();
      const got = pulled.nodes.filter(({ kind }) => kind === "pulled").map(({ node }) => node);
      if (got.length > 0) await record(by, "pull-model", { name: pulled.name, detail: { nodes: got } }, house);
      if (options.json) printJson({ kind: "done", ...(pulledJson(pulled) as JsonObject) });
      else print(...pulled.nodes.map(pulledLine));
      const drift = driftLine(pulled.name, pulled.digests);
      if (drift && !options.json) hint(drift);
      return pulled.nodes.some(({ kind }) => kind === "failed") ? EXIT.failed : EXIT.ok;
    } catch (error) {
      progress.end();
      if (!isPilotoError(error, "CANCELLED")) throw error;
      hint("Stopped. What came stays on the PCs, and the next pull goes on there.");
      return EXIT.failed;
    }
  });
}

/** `piloto models remove NAME --on PC`. Exit 3 when no PC had it. */
export function removeModels(name: string, options: PullOptions & { readonly on: string }): Promise<ExitCode> {
  return withHouse(async (house) => {
    const by = await mayChangePcs(options, house);
    const wish = { name, nodes: namedPcs(options.on) };
    const results = await withPullNodes(house, (nodes) => untilCtrlC((signal) => removeModel(wish, { nodes, signal })));
    const gone = results.filter(({ kind }) => kind === "removed").map(({ node }) => node);
    if (gone.length > 0) await record(by, "remove-model", { name, detail: { nodes: gone } }, house);
    const told = { "not-there": "it is not there", removed: "it is removed", failed: "" };
    if (options.json)
      printJson(
        results.map(({ error, ...one }) => (error ? { ...one, error: error.code, message: error.message } : one)),
      );
    else
      print(
        ...results.map(
          ({ node, kind, error }) => `${node}: ${error ? `${error.message} (${error.code})` : told[kind]}`,
        ),
      );
    if (results.some(({ kind }) => kind === "failed")) return EXIT.failed;
    return gone.length > 0 ? EXIT.ok : EXIT.notFound;
  });
}

/** @throws PilotoError NOT_ALLOWED */
async function mayChangePcs(options: PullOptions, house: CommandHouse): Promise<AccountId> {
  const by = whoActs(options, house.settings);
  await mustAdminister(by, await projectNamed(house, {}), house);
  return by;
}

async function record(
  by: AccountId,
  did: "pull-model" | "remove-model",
  { name, detail }: { readonly name: string; readonly detail: JsonObject },
  { stores, clock }: CommandHouse,
): Promise<void> {
  await stores.atomically((tx) => tx.audit.append(auditEntry(by, did, `model:${name}`, clock.nowMs(), detail)));
}
