import type { Finding } from "../../core/domain/finding.ts";
import type { FleetModels, FleetNodeSettings } from "../settings-fleet.ts";

/** What one PC says of itself. */
export interface NodeLook {
  readonly name: string;
  readonly version?: string;
  readonly models: readonly { readonly name: string; readonly digest: string; readonly sizeBytes?: number }[];
  readonly resident: readonly { readonly name: string; readonly sizeBytes?: number; readonly vramBytes?: number }[];
}

interface Settings {
  readonly fleet: readonly FleetNodeSettings[];
  readonly models: FleetModels;
}

const GIB = 2 ** 30;

/** What is odd about PCs that answer, seen beside one another. Pure; empty when all is well. */
export function judgeFleet(looks: readonly NodeLook[], settings: Settings): Finding[] {
  return [
    ...versionsThatDiffer(looks),
    ...digestsThatDiffer(looks),
    ...modelsWithoutRoom(looks, settings),
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
    return [{ what: name, state: "warn", found, todo: `Make them one: piloto models pull ${name} --again` }];
  });
}

const shortDigest = (digest: string) => digest.replace(/^sha256:/, "").slice(0, 12);

/** Only where the memory of every PC that has the model is set. What is pinned there takes its part first. */
function modelsWithoutRoom(looks: readonly NodeLook[], { fleet, models }: Settings): Finding[] {
  return namesOf(looks).flatMap((name): Finding[] => {
    const holders = holdersOf(looks, name);
    const sizeBytes = Math.max(...holders.map(({ model }) => model.sizeBytes ?? 0));
    const rooms = holders.map(({ node }) => {
      const vramGB = fleet.find((one) => one.name === node)?.vramGB;
      const pinned = pinnedBytes(looks, models, { node, but: name });
      return { node, pinned, bytes: vramGB === undefined ? undefined : vramGB * GIB - pinned };
    });
    if (sizeBytes === 0 || rooms.some(({ bytes }) => bytes === undefined || bytes >= sizeBytes)) return [];
    const beside = rooms.some(({ pinned }) => pinned > 0) ? " beside what is pinned there" : "";
    const told = rooms.map(({ node, bytes = 0 }) => `${node}: ${gigabytes(Math.max(0, bytes))}`).join(", ");
    const found = `takes ${gigabytes(sizeBytes)}, and no PC that has it has room${beside} (${told})`;
    const todo = "Use a smaller one, pull it where there is more memory, or pin less.";
    return [{ what: name, state: "warn", found, todo }];
  });
}

/** What other models that are pinned on a PC take there. */
function pinnedBytes(
  looks: readonly NodeLook[],
  models: FleetModels,
  { node, but }: { readonly node: string; readonly but: string },
): number {
  const there = looks.find(({ name }) => name === node)?.models ?? [];
  const others = there.filter(({ name }) => name !== but && models[name]?.pinned?.includes(node));
  return others.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
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
      const todo = look
        ? `Pull it there: piloto models pull ${name} --on ${node}`
        : "Is the PC on, and Ollama running?";
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
