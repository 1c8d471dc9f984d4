import { PilotoError } from "../core/domain/errors.ts";
import { fullName } from "./fleet/model-name.ts";
import type { SettingsFileContent } from "./settings-file.ts";

/** A GPU PC that runs Ollama, as a person describes it. */
export interface FleetNodeSettings {
  readonly name: string;
  readonly url: string;
  readonly labels?: readonly string[];
  /** Only models that bear all of them are placed there. */
  readonly taints?: readonly string[];
  readonly vramGB?: number;
  /** Models in its memory at once (OLLAMA_MAX_LOADED_MODELS). */
  readonly maxLoaded?: number;
  /** Requests at once for one model (OLLAMA_NUM_PARALLEL). */
  readonly slots?: number;
  /** Room on its disk for models. */
  readonly diskGB?: number;
}

/** What a person has laid down for one model. */
export interface FleetModelSettings {
  readonly contextTokens?: number;
  /** Ollama's options, the same on every PC. */
  readonly options?: Readonly<Record<string, number | boolean>>;
  readonly slots?: number;
  /** PCs that always hold it. */
  readonly pinned?: readonly string[];
  /** PCs that never get it. */
  readonly forbidden?: readonly string[];
  readonly labels?: readonly string[];
  readonly tolerations?: readonly string[];
}

/** By the model's name with its tag. */
export type FleetModels = Readonly<Record<string, FleetModelSettings>>;

type FileNodes = NonNullable<SettingsFileContent["fleet"]>;

/** Addresses of the environment win; what the file says of a PC of the same name stays. */
export function fleetNodes(
  given: readonly { readonly name: string; readonly url: string }[] | undefined,
  inFile: FileNodes = [],
): FleetNodeSettings[] {
  return (given ?? inFile).map((node) => ({ ...inFile.find(({ name }) => name === node.name), ...node }));
}

/**
 * The rules of models, by full name, after a check that each leaves a PC.
 * @throws PilotoError SETTINGS_INVALID with the key, what was wanted and what was found
 */
export function fleetModels(
  inFile: SettingsFileContent["models"] = {},
  nodes: readonly FleetNodeSettings[],
): FleetModels {
  const models = new Map<string, FleetModelSettings>();
  for (const [key, rules] of Object.entries(inFile)) {
    const name = fullName(key);
    if (models.has(name)) throw invalid(`models.${key}`, "each model once", `another entry for ${name}`);
    mustNameNodes(`models.${key}`, rules, nodes);
    mustLeaveNode(`models.${key}`, rules, nodes);
    models.set(name, rules);
  }
  return Object.fromEntries(models);
}

function mustNameNodes(key: string, rules: FleetModelSettings, nodes: readonly FleetNodeSettings[]): void {
  const names = nodes.map(({ name }) => name);
  for (const list of ["pinned", "forbidden"] as const) {
    const strange = rules[list]?.find((name) => !names.includes(name));
    if (strange !== undefined) {
      throw invalid(`${key}.${list}`, `names of PCs (${names.join(", ") || "none is configured"})`, `"${strange}"`);
    }
  }
  const labels = [...new Set(nodes.flatMap((node) => node.labels ?? []))];
  const unknown = rules.labels?.find((label) => !labels.includes(label));
  if (unknown === undefined) return;
  throw invalid(`${key}.labels`, `labels that a PC has (${labels.join(", ") || "no PC has one"})`, `"${unknown}"`);
}

function mustLeaveNode(key: string, rules: FleetModelSettings, nodes: readonly FleetNodeSettings[]): void {
  const both = rules.pinned?.find((name) => rules.forbidden?.includes(name));
  if (both !== undefined)
    throw invalid(`${key}.pinned`, "PCs that are not forbidden for it", `"${both}" in both lists`);
  const obstacles = nodes.map((node) => ({ node: node.name, why: whyNot(rules, node) }));
  const blocked = obstacles.find(({ node, why }) => why !== undefined && rules.pinned?.includes(node));
  if (blocked) throw invalid(`${key}.pinned`, "PCs that its other rules leave", `"${blocked.node}": ${blocked.why}`);
  if (nodes.length === 0 || obstacles.some(({ why }) => why === undefined)) return;
  const told = obstacles.map(({ node, why }) => `${node}: ${why}`).join("; ");
  throw invalid(key, "rules that leave at least one PC", `none (${told})`);
}

/** Why the rules of a model keep it off a PC; `undefined`: they do not. */
function whyNot({ forbidden, labels, tolerations }: FleetModelSettings, node: FleetNodeSettings): string | undefined {
  if (forbidden?.includes(node.name)) return "it is forbidden there";
  const lacking = labels?.find((label) => !node.labels?.includes(label));
  if (lacking !== undefined) return `no label "${lacking}"`;
  const taint = node.taints?.find((one) => !tolerations?.includes(one));
  return taint === undefined ? undefined : `it does not tolerate the taint "${taint}"`;
}

function invalid(key: string, wanted: string, found: string): PilotoError {
  return new PilotoError("SETTINGS_INVALID", `${key} in the settings file: wanted ${wanted}, found ${found}.`);
}
