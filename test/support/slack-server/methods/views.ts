import type { Call, Method } from "../call.ts";
import { problemsIn } from "../check-blocks.ts";
import { asText, type Json } from "../json.ts";
import { type OpenView, wireView } from "../open-views.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import { objectArg, withBlockIds } from "./content.ts";

/** Modals and Home tabs. Source: https://docs.slack.dev/reference/methods/views.open (2026-11-21). */
export const viewMethods: Record<string, Method> = {
  "views.open": (call) => answer(call, call.views.open(call.team, trigger(call), viewArg(call, "modal"), false)),
  "views.push": (call) => answer(call, call.views.open(call.team, trigger(call), viewArg(call, "modal"), true)),
  "views.update": update,
  "views.publish": publish,
};

function trigger({ args }: Call): unknown {
  const given = args.trigger_id ?? args.interactivity_pointer;
  if (!given) throw slackNoBecause("invalid_arguments", ["missing required field: trigger_id"]);
  return given;
}

/** Judges a view and gives its blocks ids. */
export function judgedView(call: Pick<Call, "book" | "method">, view: Json, surface: "modal" | "home"): Json {
  const problems = problemsIn(view, surface);
  if (problems.length) {
    for (const problem of problems) call.book.violation(call.method, problem);
    throw slackNoBecause(
      problems.some((p) => p.includes(" bytes ")) ? "view_too_large" : "invalid_arguments",
      problems,
    );
  }
  return { ...view, blocks: withBlockIds(view.blocks as Json[]) };
}

function viewArg(call: Call, surface: "modal" | "home"): Json {
  return judgedView(call, objectArg(call.args.view, "invalid_arguments") ?? {}, surface);
}

function update(call: Call): Json {
  const viewId = asText(call.args.view_id);
  const externalId = asText(call.args.external_id);
  if (!viewId && !externalId) throw slackNoBecause("invalid_arguments", ["missing required field: view_id"]);
  const hash = asText(call.args.hash);
  const known = viewId ? call.views.get(viewId) : undefined;
  const surface = known?.view.type === "home" ? "home" : "modal";
  const by = { ...(viewId ? { viewId } : {}), ...(externalId ? { externalId } : {}), ...(hash ? { hash } : {}) };
  return answer(call, call.views.update(call.team, by, viewArg(call, surface)));
}

function publish(call: Call): Json {
  const user = asText(call.args.user_id) ?? "";
  if (!call.team.users.has(user)) throw new SlackNo("user_not_found");
  return answer(call, call.views.publishHome(call.team, user, viewArg(call, "home"), asText(call.args.hash)));
}

function answer(call: Call, open: OpenView): Json {
  const how = open.view.type === "home" ? "home" : "view";
  const blocks = structuredClone(open.view.blocks) as Json[];
  call.book.show({ how, channel: open.user, ts: open.id, atMs: call.world.nowMs(), blocks });
  return { view: wireView(call.world, open, call.bot.botId) };
}
