import type { Finding } from "../../core/domain/finding.ts";
import type { FleetModels, FleetNodeSettings } from "../settings-fleet.ts";

/** What one PC says of itself. */
export interface NodeLook {
  readonly name: string;
  readonly version?: string;
  readonly models: readonly { readonly name: string; readonly digest: string; readonly sizeBytes?: number }[];
  readonly resident: readonly { readonly name: string; readonly sizeBytes?: number; readonly vramBytes?: number }[];
}

const GIB = 2 ** 30;

/** What is odd about PCs that answer, seen beside one another. Pure; empty when all is well. */
export function judgeFleet(
  looks: readonly NodeLook[],
  settings: { readonly fleet: readonly FleetNodeSettings[]; readonly models: FleetModels },
): Finding[] {
  return [
    ...versionsThatDiffer(looks),
    ...digestsThatDiffer(looks),
    ...modelsWithoutRoom(looks, settings.fleet),
    ...modelsBesideTheGpu(looks),
    ...pinsWithoutModel(looks, settings.models),
  ];
}

function versionsThatDiffer(looks: readonly NodeLook[]): Finding[] {
  const versions = new Set(looks.map(({ version }) => version));
  if (versions.size < 2) return [];
  const found = looks.map(({ name, version }) => `${name} ${version ?? "?"}`).join(", ");
  const todo = "Bring all PCs to one Ollama: versions differ in defaults and in how much memory a model takes.";
  return [{ what: "versions", state: "warn", found, todo }];
}

function digestsThatDiffer(looks: readonly NodeLook[]): Finding[] {
  return namesOf(looks).flatMap((name): Finding[] => {
    const copies = holdersOf(looks, name).map(({ node, model }) => ({ node, digest: shortDigest(model.digest) }));
    if (new Set(copies.map(({ digest }) => digest)).size < 2) return [];
    const found = `not the same everywhere: ${copies.map(({ node, digest }) => `${node} ${digest}`).join(", ")}`;
    return [{ what: name, state: "warn", found, todo: `Pull it again on each of them: ollama pull ${name}` }];
  });
}

const shortDigest = (digest: string) => digest.replace(/^sha256:/, "").slice(0, 12);

/** Only where the memory of every PC that has the model is set. */
function modelsWithoutRoom(looks: readonly NodeLook[], nodes: readonly FleetNodeSettings[]): Finding[] {
  return namesOf(looks).flatMap((name): Finding[] => {
    const holders = holdersOf(looks, name);
    const rooms = holders.map(({ node }) => nodes.find((one) => one.name === node)?.vramGB);
    const sizeBytes = Math.max(...holders.map(({ model }) => model.sizeBytes ?? 0));
    if (sizeBytes === 0 || rooms.some((room) => room === undefined || room * GIB >= sizeBytes)) return [];
    const found = `takes ${gigabytes(sizeBytes)}, and the largest PC that has it ${Math.max(...(rooms as number[]))} GB`;
    const todo = "It runs in part on the processor, slowly. Use a smaller one, or pull it where there is more memory.";
    return [{ what: name, state: "warn", found, todo }];
  });
}

function modelsBesideTheGpu(looks: readonly NodeLook[]): Finding[] {
  return looks.flatMap(({ name, resident }) =>
    resident.flatMap((model): Finding[] => {
      const { sizeBytes, vramBytes } = model;
      if (!sizeBytes || vramBytes === undefined || vramBytes >= sizeBytes) return [];
      const outside = Math.max(1, Math.round((1 - vramBytes / sizeBytes) * 100));
      const found = `${model.name} lies ${outside} % outside the GPU's memory and is slow`;
      const todo = "Give it a shorter context (contextTokens) or fewer slots, or forbid it there.";
      return [{ what: name, state: "warn", found, todo }];
    }),
  );
}

function pinsWithoutModel(looks: readonly NodeLook[], models: FleetModels): Finding[] {
  return Object.entries(models).flatMap(([name, { pinned = [] }]) =>
    pinned.flatMap((node): Finding[] => {
      const look = looks.find((one) => one.name === node);
      if (look?.models.some((model) => model.name === name)) return [];
      const found = look ? `pinned on ${node}, which does not have it` : `pinned on ${node}, which does not answer`;
      const todo = look ? `Pull it there: ollama pull ${name}` : "Is the PC on, and Ollama running?";
      return [{ what: name, state: "bad", found, todo }];
    }),
  );
}

const namesOf = (looks: readonly NodeLook[]) => [
  ...new Set(looks.flatMap(({ models }) => models.map(({ name }) => name))),
];

function holdersOf(looks: readonly NodeLook[], name: string) {
  return looks.flatMap((look) => {
    const model = look.models.find((one) => one.name === name);
    return model ? [{ node: look.name, model }] : [];
  });
}

const gigabytes = (bytes: number) => `${(bytes / GIB).toFixed(1)} GB`;
