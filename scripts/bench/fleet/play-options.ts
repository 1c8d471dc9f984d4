import { parseArgs } from "node:util";
import { FULL_SIZE, type PlaySize, QUICK_SIZE } from "./play-plan.ts";

export interface FleetBenchOptions {
  readonly isQuick: boolean;
  /** Goals of times and ratios are not held: for computers with other work. */
  readonly isOnlyExact: boolean;
  readonly size: PlaySize;
  /** Of `W1` to `W6`; absent: all. */
  readonly scenarios?: readonly string[];
  /** Files. */
  readonly pcs?: string;
  readonly trace?: string;
  readonly report?: string;
}

const SCENARIO_NAMES = ["W1", "W2", "W3", "W4", "W5", "W6"];

/** @throws Error that names the argument, what was found and what is possible */
export function readOptions(args: readonly string[]): FleetBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      "only-exact": { type: "boolean", default: false },
      seeds: { type: "string" },
      requests: { type: "string" },
      scale: { type: "string" },
      scenario: { type: "string" },
      pcs: { type: "string" },
      trace: { type: "string" },
      report: { type: "string" },
    },
  });
  const usual = values.quick ? QUICK_SIZE : FULL_SIZE;
  const requests = wholeNumber("--requests", values.requests, 50, 100_000);
  return {
    isQuick: values.quick,
    isOnlyExact: values["only-exact"],
    size: {
      ...usual,
      seeds: wholeNumber("--seeds", values.seeds, 1, 1000) ?? usual.seeds,
      ...(requests !== undefined && { requests: () => requests }),
      scale: wholeNumber("--scale", values.scale, 1, 200) ?? usual.scale,
    },
    ...(values.scenario !== undefined && { scenarios: scenariosOf(values.scenario) }),
    ...(values.pcs !== undefined && { pcs: values.pcs }),
    ...(values.trace !== undefined && { trace: values.trace }),
    ...(values.report !== undefined && { report: values.report }),
  };
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} wants a whole number from ${least} to ${most}, found "${text}".`);
}

function scenariosOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim().toUpperCase());
  const unknown = names.find((name) => !SCENARIO_NAMES.includes(name));
  if (unknown === undefined) return names;
  throw new Error(`There is no scenario "${unknown}". There are: ${SCENARIO_NAMES.join(", ")}.`);
}
