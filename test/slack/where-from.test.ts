import fc from "fast-check";
import { expect, test } from "vitest";
import { belongsTo } from "../../bots/slack/hear/where-from.ts";

const event = { type: "event_callback", team_id: "T0THEIRS" };

test.each([
  [
    "an event of a shared channel belongs to the workspace that sees it",
    { ...event, context_team_id: "T0OURS" },
    { team: "T0OURS" },
  ],
  [
    "one without a context belongs to the installation it is for",
    { ...event, authorizations: [{ team_id: "T0OURS" }] },
    { team: "T0OURS" },
  ],
  ["a plain event belongs to its team", event, { team: "T0THEIRS" }],
  [
    "in an organisation both are known",
    { ...event, context_team_id: "T0OURS", context_enterprise_id: "E0ORG" },
    { team: "T0OURS", enterprise: "E0ORG" },
  ],
  [
    "a command tells its team",
    { command: "/piloto", team_id: "T0OURS", enterprise_id: "E0ORG" },
    { team: "T0OURS", enterprise: "E0ORG" },
  ],
  ["a press tells its team", { type: "block_actions", team: { id: "T0OURS" }, enterprise: null }, { team: "T0OURS" }],
  [
    "of an organisation's press only the user's team is told",
    { team: null, enterprise: { id: "E0ORG" }, user: { team_id: "T0OURS" } },
    { team: "T0OURS", enterprise: "E0ORG" },
  ],
  [
    "a form of a guest belongs where the app is",
    { team: { id: "T0THEIRS" }, view: { app_installed_team_id: "T0OURS" } },
    { team: "T0OURS" },
  ],
])("%s", (_, body, belongs) => {
  expect(belongsTo(body)).toEqual(belongs);
});

test("whatever is delivered, looking where it belongs does not throw", () => {
  fc.assert(fc.property(fc.anything(), (body) => void belongsTo(body)));
});
