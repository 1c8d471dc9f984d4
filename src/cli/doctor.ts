import { PilotoError } from "../../core/domain/errors.ts";
import type { Finding } from "../../core/domain/finding.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson } from "./output.ts";

const PARTS = ["slack", "discord"] as const;

/**
 * `piloto doctor`, or `piloto doctor slack` for one part: looks at everything Piloto leans on and goes on after a bad finding. Of the data it
 * changes nothing that a start would not: it makes the database where there is none yet.
 * Exit 1 when something is bad, else 0.
 */
export async function doctor(wanted: string | undefined, options: CommonOptions): Promise<ExitCode> {
  const part = PARTS.find((name) => name === wanted);
  if (wanted !== undefined && !part) {
    throw new PilotoError(
      "INPUT_INVALID",
      `There is no "${wanted.slice(0, 40)}" to look at. Parts: ${PARTS.join(", ")}.`,
    );
  }
  const { examine } = await import("./examine.ts");
  const findings: Finding[] = [];
  for await (const finding of examine(part)) {
    findings.push(finding);
    if (!options.json) tell(finding);
  }
  if (options.json) printJson(findings);
  return findings.some((finding) => finding.state === "bad") ? EXIT.failed : EXIT.ok;
}

function tell({ what, state, found, todo }: Finding): void {
  print(`${state.padEnd(5)} ${what.padEnd(16)} ${found}`);
  if (todo) print(`${" ".repeat(23)}${todo}`);
}
