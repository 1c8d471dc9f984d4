import type { Book } from "./book.ts";
import type { Ack } from "./deliver.ts";
import { asJson, asList, asText, type Json } from "./json.ts";
import { judgedView } from "./methods/views.ts";
import type { OpenView, OpenViews } from "./open-views.ts";
import { teamOf, type World } from "./world.ts";

interface SettleDeps {
  world: World;
  views: OpenViews;
  book: Book;
}

/** What Slack does with the acknowledgement of a submission. */
export function settleView(
  { world, views, book }: SettleDeps,
  view: OpenView,
  ack: Ack,
): { errors?: Record<string, string> } {
  if (!ack.acked) return {};
  const response = asJson(ack.response);
  const judged = () => judgedView({ book, method: "view_submission" }, asJson(response.view), "modal");
  if (response.response_action === undefined) {
    if (Object.keys(response).length) book.violation("view_submission", "a response without response_action");
    views.close(view.id);
  } else if (response.response_action === "clear") views.close(view.id, true);
  else if (response.response_action === "update") views.update(teamOf(world, view.team), { viewId: view.id }, judged());
  else if (response.response_action === "push") views.push(view, judged());
  else if (response.response_action === "errors") return refused(book, view, response);
  else book.violation("view_submission", `unknown response_action ${String(response.response_action)}`);
  return {};
}

function refused(book: Book, view: OpenView, response: Json) {
  const errors = asJson(response.errors) as Record<string, string>;
  const known = new Set(asList(view.view.blocks).map((b) => asText(asJson(b).block_id)));
  for (const id of Object.keys(errors)) {
    if (!known.has(id)) book.violation("view_submission", `errors name the unknown block ${id}`);
  }
  if (!Object.keys(errors).length) book.violation("view_submission", "response_action errors without errors");
  view.errors = errors;
  return { errors };
}
