import { PilotoError } from "../../../core/domain/errors.ts";
import { readPullName } from "./pull-name.ts";
import type { PullNode } from "./pull-on-node.ts";

/** What became of a removal on one PC. */
export interface RemovedFrom {
  readonly node: string;
  /** `failed`: with `error`. */
  readonly kind: "removed" | "not-there" | "failed";
  readonly error?: PilotoError;
}

/**
 * Deletes a model from the disks of the named PCs. Twice does no harm: the second time it is not there.
 * @throws PilotoError INPUT_INVALID (name, PC) | CANCELLED
 */
export async function removeModel(
  wish: { readonly name: string; readonly nodes: readonly string[] },
  { nodes, signal }: { readonly nodes: readonly PullNode[]; readonly signal: AbortSignal },
): Promise<RemovedFrom[]> {
  const name = readPullName(wish.name);
  const chosen = [...new Set(wish.nodes)].map((wanted) => {
    const node = nodes.find((one) => one.name === wanted);
    if (node) return node;
    const there = nodes.length === 0 ? "None is set." : `There are: ${nodes.map((one) => one.name).join(", ")}.`;
    throw new PilotoError("INPUT_INVALID", `There is no PC named "${wanted.slice(0, 80)}". ${there}`);
  });
  return Promise.all(
    chosen.map(async (node): Promise<RemovedFrom> => {
      try {
        const isRemoved = await node.client.remove(name, signal);
        return { node: node.name, kind: isRemoved ? "removed" : "not-there" };
      } catch (error) {
        if (signal.aborted || !(error instanceof PilotoError)) throw error;
        return { node: node.name, kind: "failed", error };
      }
    }),
  );
}
