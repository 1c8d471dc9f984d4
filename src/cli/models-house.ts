import { PilotoError } from "../../core/domain/errors.ts";
import { demoNodes } from "../demo/demo-nodes.ts";
import { createPullClient } from "../fleet/pull/pull-client.ts";
import type { PullNode } from "../fleet/pull/pull-on-node.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { untilSignal } from "./until-signal.ts";

/** The PCs of the settings, or of the demo that runs, ready for pulls. Closed when `work` is over. */
export async function withPullNodes<T>(
  house: CommandHouse,
  work: (nodes: readonly PullNode[]) => Promise<T>,
): Promise<T> {
  const { settings, stores, clock } = house;
  const nodes = settings.isDemo ? await demoNodes(stores) : settings.fleet;
  const opened = nodes.map(({ name, url, diskGB, vramGB }) => ({
    name,
    client: createPullClient({ name, url }, clock),
    forbidden: Object.keys(settings.models).filter((model) => settings.models[model]?.forbidden?.includes(name)),
    // Disks, and Ollama's own sizes, are told in powers of ten, memory in powers of two.
    ...(diskGB !== undefined && { diskBytes: diskGB * 1e9 }),
    ...(vramGB !== undefined && { vramBytes: vramGB * 2 ** 30 }),
  }));
  try {
    return await work(opened);
  } finally {
    await Promise.all(opened.map(({ client }) => client.close()));
  }
}

/** Runs until it ends, or until Ctrl-C aborts its signal. */
export async function untilCtrlC<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const leaving = new AbortController();
  const { asked, release } = untilSignal();
  void asked.then(() => leaving.abort());
  try {
    return await work(leaving.signal);
  } finally {
    release();
  }
}

/** PCs that were named on the command line. @throws PilotoError INPUT_INVALID for an empty list */
export function namedPcs(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return [...new Set(names)];
  throw new PilotoError("INPUT_INVALID", `--on is "${list.slice(0, 80)}"; it is a list of PCs such as pc1,pc2.`);
}
