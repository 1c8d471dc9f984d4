import { writePrompt } from "./pc-prompt.ts";
import type { SimRequest } from "./workload-shapes.ts";

/**
 * A request of a workload as the body of `/api/chat`. The conversation begins with words that are the same for all
 * requests of one session, as real ones do; all texts together have four characters for each token of the prompt. The
 * model's name comes first, so that a proxy with a small buffer finds it.
 */
export function chatBody({ id, model, promptTokens, answerTokens, session, hashIds }: SimRequest): string {
  const first = `This is conversation ${session}.`;
  const second = "I see.";
  const text = writePrompt({ id, promptTokens, answerTokens, session, hashIds }, first.length + second.length);
  return JSON.stringify({
    model,
    messages: [
      { role: "user", content: first },
      { role: "assistant", content: second },
      { role: "user", content: text },
    ],
    stream: true,
  });
}
