import type { Brain, BrainReply, BrainRequest } from "../../src/demo/brain.ts";
import { OPERATION, SERVICE } from "../../src/fleet/probe/questions.ts";

/** What the last message asks for; absent when it is no planning task. */
export function taskOf({ messages }: BrainRequest) {
  const [, part, quantity] = /Set the stock of part (\S+) to (\d+)\./.exec(messages.at(-1)?.content ?? "") ?? [];
  return part === undefined ? undefined : { part, quantity: Number(quantity) };
}

/** The right call, as arguments of `mcp_request` and as a step. */
export function rightStep(request: BrainRequest) {
  const task = taskOf(request)!;
  const args = { path: { id: task.part }, body: { quantity: task.quantity } };
  return { service: SERVICE, operation: OPERATION, arguments: args };
}

export const rightCall: Brain = (request): BrainReply => ({
  toolCalls: [{ name: "mcp_request", arguments: rightStep(request) }],
});
export const rightJson: Brain = (request): BrainReply => ({
  text: JSON.stringify({ kind: "call", steps: [rightStep(request)] }),
});
export const words: Brain = () => ({ text: "Sure, I have set the stock for you!" });

/** A model that plans well either way. */
export const able: Brain = (request) => {
  if (!taskOf(request)) return { text: "5" };
  return request.tools ? rightCall(request) : rightJson(request);
};
/** One that talks of tools instead of calling them. */
export const jsonOnly: Brain = (request) => (request.tools ? words(request) : able(request));

/** Goes through `brains` in turn, for each way in by itself. */
export function inTurn(...brains: Brain[]): Brain {
  const counts = { tools: 0, format: 0 };
  return (request) => brains[counts[request.tools ? "tools" : "format"]++ % brains.length]!(request);
}
