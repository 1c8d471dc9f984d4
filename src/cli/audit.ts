import path from "node:path";
import { verifyAudit as verifyChain } from "../../core/access/verify-audit.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { dataFolder, openAuditCheckpoints } from "../../storage/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson } from "./output.ts";
import { withHouse } from "./with-house.ts";

const PAGE = 1000;

/** `piloto audit verify`: exit 1, and where, when the chain or a checkpoint does not hold. */
export function verifyAudit(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async ({ settings, stores }) => {
    const files = dataFolder(settings.dataFolder);
    const keyFile = path.join(files.keys, "audit.key");
    const checkpoints = openAuditCheckpoints({ file: files.checkpoints, keyFile }, { stores }).read();
    const verdict = await verifyChain(checkpoints, { stores });
    if (options.json) printJson(verdict);
    else if (verdict.kind === "broken") print(`The audit log is broken at entry ${verdict.seq}: ${verdict.why}`);
    else print(`The audit log is whole: ${verdict.entries} entries, signed checkpoints: ${verdict.checkpoints}.`);
    return verdict.kind === "whole" ? EXIT.ok : EXIT.failed;
  });
}

interface ExportOptions extends CommonOptions {
  readonly after: string;
}

/** `piloto audit export`: JSON lines, oldest first, in pages, so that a long log needs little memory. */
export function exportAudit(options: ExportOptions): Promise<ExitCode> {
  const given = Number(options.after);
  if (!Number.isSafeInteger(given) || given < 0) {
    throw new PilotoError("INPUT_INVALID", `--after is "${options.after}"; it may be the number of an entry, or 0.`);
  }
  return withHouse(async ({ stores }) => {
    for (let after = given; ; ) {
      const entries = await stores.read((tx) => tx.audit.after(after, PAGE));
      for (const entry of entries) printJson(entry);
      const last = entries.at(-1);
      if (!last || entries.length < PAGE) return EXIT.ok;
      after = last.seq;
    }
  });
}
