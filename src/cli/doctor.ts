import type { Finding } from "../../core/domain/finding.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson } from "./output.ts";

/**
 * `piloto doctor`: looks at everything Piloto leans on and goes on after a bad finding. Of the data it
 * changes nothing that a start would not: it makes the database where there is none yet.
 * Exit 1 when something is bad, else 0.
 */
export async function doctor(options: CommonOptions): Promise<ExitCode> {
  const { examine } = await import("./examine.ts");
  const findings: Finding[] = [];
  for await (const finding of examine()) {
    findings.push(finding);
    if (!options.json) tell(finding);
  }
  if (options.json) printJson(findings);
  return findings.some((finding) => finding.state === "bad") ? EXIT.failed : EXIT.ok;
}

function tell({ what, state, found, todo }: Finding): void {
  print(`${state.padEnd(5)} ${what.padEnd(14)} ${found}`);
  if (todo) print(`${" ".repeat(21)}${todo}`);
}
