import { type BodyRoute, problemsIn } from "./body-judge.ts";
import { FLAG } from "./message-rules.ts";
import type { MessageBody } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import { isV2 } from "./wire.ts";
import type { Message } from "./world.ts";

/**
 * Refuses an edit that does not fit the message as it is: components v2 are for ever, and turning them on means taking
 * content and embeds away in the same edit. `at` is where the body lies inside the request.
 */
export function refuseMisfitEdit(route: BodyRoute, message: Message, body: MessageBody, at = ""): void {
  const problems = problemsIn(route, body, { componentsV2: isV2(message) });
  const turns = !isV2(message) && ((body.flags ?? 0) & FLAG.componentsV2) !== 0;
  if (turns && message.content && body.content !== null && body.content !== "") {
    problems.push("content: Must be removed when IS_COMPONENTS_V2 is set.");
  }
  if (turns && message.embeds.length && body.embeds?.length !== 0) {
    problems.push("embeds: Must be removed when IS_COMPONENTS_V2 is set.");
  }
  if (problems.length)
    throw new Refusal(
      "invalidForm",
      problems.map((problem) => at + problem),
    );
}
