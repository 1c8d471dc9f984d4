import { waitingIn } from "./queue.ts";
import type { NodeFacts } from "./shapes.ts";
import type { World } from "./world.ts";

/** A model that became another one behind its name: what was learned of it on that PC holds no longer. */
export function forgetChanged({ rates, slots, nodes }: World, before: NodeFacts, now: NodeFacts): void {
  for (const [model, { digest }] of before.models) {
    const found = now.models.get(model);
    if (found === undefined || found.digest === digest) continue;
    const key = `${now.name}\n${model}`;
    for (const learned of [rates.prefill, rates.decode, rates.load]) learned.delete(key);
    slots.get(now.name)?.delete(model);
    nodes.get(now.name)?.loadFailures.delete(model);
  }
}

/** Models that no PC has, nobody waits for and no answer comes from: names that somebody once asked for. */
export function forgetUnheard({ models, nodes, sent }: World): void {
  const atWork = new Set([...sent.values()].map((one) => one.copy.model.name));
  for (const { name, queue, copies } of models.values()) {
    if (copies.length > 0 || waitingIn(queue) > 0 || atWork.has(name)) continue;
    if (![...nodes.values()].some(({ facts }) => facts.models.has(name))) models.delete(name);
  }
}
