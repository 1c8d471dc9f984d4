import { describe, expect, test } from "vitest";
import { MOST_BLOCK_CHARS, problemsIn } from "../support/slack-server/check-blocks.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const section = (text: string, block_id?: string) => ({
  type: "section",
  text: mrkdwn(text),
  ...(block_id ? { block_id } : {}),
});
const button = (action_id: string, text = "Go") => ({ type: "button", action_id, text: plain(text) });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
const task = (task_id: string, more: object = {}) => ({
  type: "task_card",
  task_id,
  title: "Step",
  status: "pending",
  ...more,
});
const input = (id: string, element: object = { type: "plain_text_input", action_id: id }) => ({
  type: "input",
  block_id: id,
  label: plain("Label"),
  element,
});
const modal = (blocks: object[], more: object = {}) => ({
  type: "modal",
  title: plain("Title"),
  submit: plain("Save"),
  blocks,
  ...more,
});

const GOOD: [string, unknown, "message" | "modal" | "home"][] = [
  ["a text alone", { text: "hello" }, "message"],
  [
    "a plan with task cards, details and buttons",
    {
      text: "plan",
      metadata: { event_type: "piloto_plan", event_payload: { id: "p" } },
      blocks: [
        {
          type: "plan",
          title: "Plan",
          tasks: [task("a", { status: "in_progress", details: rich("gpu1") }), task("b")],
        },
        { type: "context", elements: [mrkdwn("who may confirm")] },
        { type: "actions", block_id: "p:1", elements: [button("yes"), button("no")] },
      ],
    },
    "message",
  ],
  ["12,000 characters of markdown", { text: "t", blocks: [{ type: "markdown", text: "m".repeat(12_000) }] }, "message"],
  [
    "a modal with inputs and menus",
    modal([
      input("goal", { type: "plain_text_input", action_id: "goal", multiline: true, initial_value: "x".repeat(3000) }),
      input("who", {
        type: "static_select",
        action_id: "who",
        options: [{ text: plain("Ana"), value: "ana" }],
        initial_option: { text: plain("Ana"), value: "ana" },
      }),
      input("skip", { type: "checkboxes", action_id: "skip", options: [{ text: mrkdwn("*one*"), value: "1" }] }),
    ]),
    "modal",
  ],
  [
    "a home of 100 blocks",
    { type: "home", blocks: Array.from({ length: 100 }, (_, i) => section("x", `b${i}`)) },
    "home",
  ],
  [
    "a table, an alert and a container",
    {
      text: "t",
      blocks: [
        {
          type: "table",
          rows: [
            [
              { type: "raw_text", text: "PC" },
              { type: "raw_number", text: "3", value: 3 },
            ],
          ],
        },
        { type: "alert", level: "warning", text: plain("Careful") },
        { type: "container", title: plain("Log"), is_collapsible: true, child_blocks: [section("a line")] },
      ],
    },
    "message",
  ],
];

describe("what Slack takes passes", () => {
  test.each(GOOD)("%s", (_, payload, surface) => {
    expect(problemsIn(payload, surface)).toEqual([]);
  });
});

const message = (...blocks: unknown[]) => ({ text: "t", blocks });

const BAD: [string, unknown, "message" | "modal" | "home", string][] = [
  [
    "51 blocks",
    message(...Array.from({ length: 51 }, () => ({ type: "divider" }))),
    "message",
    "no more than 50 items",
  ],
  ["an unknown block", message({ type: "marquee" }), "message", "unsupported type"],
  ["an unknown property", message({ type: "divider", color: "red" }), "message", 'unknown property "color"'],
  ["a section of 3,001 characters", message(section("x".repeat(3001))), "message", "less than 3001"],
  [
    "a field of 2,001 characters",
    message({ type: "section", fields: [mrkdwn("x".repeat(2001))] }),
    "message",
    "less than 2001",
  ],
  ["an empty text", message(section("")), "message", "at least 1"],
  ["a header in mrkdwn", message({ type: "header", text: mrkdwn("x") }), "message", "must be one of plain_text"],
  ["a header of 151 characters", message({ type: "header", text: plain("x".repeat(151)) }), "message", "less than 151"],
  [
    "11 context elements",
    message({ type: "context", elements: Array(11).fill(mrkdwn("x")) }),
    "message",
    "no more than 10",
  ],
  [
    "26 buttons",
    message(actions(...Array.from({ length: 26 }, (_, i) => button(`b${i}`)))),
    "message",
    "no more than 25",
  ],
  ["the same action_id twice", message(actions(button("a"), button("a"))), "message", "action_id a is there twice"],
  ["the same block_id twice", message(section("x", "b"), section("y", "b")), "message", "block_id b is there twice"],
  ["a button label of 76 characters", message(actions(button("a", "x".repeat(76)))), "message", "less than 76"],
  [
    "a button value of 2,001 characters",
    message(actions({ ...button("a"), value: "x".repeat(2001) })),
    "message",
    "less than 2001",
  ],
  ["an action_id of 256 characters", message(actions(button("a".repeat(256)))), "message", "less than 256"],
  ["a button with another style", message(actions({ ...button("a"), style: "default" })), "message", "primary, danger"],
  ["a javascript address", message(actions({ ...button("a"), url: "javascript:alert(1)" })), "message", "valid URL"],
  [
    "a task status of Slack's look-alikes",
    message({ type: "plan", title: "P", tasks: [task("a", { status: "completed" })] }),
    "message",
    "must be one of pending",
  ],
  [
    "51 tasks",
    message({ type: "plan", title: "P", tasks: Array.from({ length: 51 }, (_, i) => task(`t${i}`)) }),
    "message",
    "no more than 50",
  ],
  [
    "the same task twice",
    message({ type: "plan", title: "P", tasks: [task("a"), task("a")] }),
    "message",
    "task_id a is there twice",
  ],
  [
    "details that are no rich text",
    message({ type: "plan", title: "P", tasks: [task("a", { details: "gpu1" })] }),
    "message",
    "must be an object",
  ],
  ["a plan next to a loose task", message({ type: "plan", title: "P" }, task("a")), "message", "cannot be mixed"],
  ["an input in a message", message(input("x")), "message", "not allowed in a message"],
  ["a plan in a modal", modal([{ type: "plan", title: "P" }]), "modal", "not allowed in a modal"],
  [
    "two markdown blocks over 12,000",
    message({ type: "markdown", text: "x".repeat(7000) }, { type: "markdown", text: "x".repeat(7000) }),
    "message",
    "markdown blocks hold 14000",
  ],
  [
    "sections too long all together",
    message(...Array.from({ length: 5 }, () => section("x".repeat(2900)))),
    "message",
    `> ${MOST_BLOCK_CHARS} characters`,
  ],
  ["half a character", { text: "bad \ud83d" }, "message", "lone surrogate"],
  ["41,000 characters", { text: "x".repeat(41_000) }, "message", "less than 40001"],
  ["metadata without a payload", { text: "t", metadata: { event_type: "x" } }, "message", "must be an object"],
  ["a modal without a title", { type: "modal", blocks: [] }, "modal", "missing required field"],
  ["a title of 25 characters", modal([], { title: plain("x".repeat(25)) }), "modal", "less than 25"],
  [
    "inputs without a submit button",
    modal([input("a")], { submit: undefined }),
    "modal",
    "is required when there are inputs",
  ],
  ["101 blocks in a view", modal(Array(101).fill({ type: "divider" })), "modal", "no more than 100"],
  [
    "3,001 characters of private metadata",
    modal([], { private_metadata: "x".repeat(3001) }),
    "modal",
    "less than 3001",
  ],
  [
    "a view of more than 250 kB",
    modal(Array.from({ length: 90 }, () => section("x".repeat(3000)))),
    "modal",
    "> 250000 bytes",
  ],
  [
    "an initial value longer than its own limit",
    modal([input("a", { type: "plain_text_input", action_id: "a", max_length: 3, initial_value: "four" })]),
    "modal",
    "less than 4",
  ],
  [
    "an initial option that is no option",
    modal([
      input("a", {
        type: "static_select",
        action_id: "a",
        options: [{ text: plain("x"), value: "x" }],
        initial_option: { text: plain("y"), value: "y" },
      }),
    ]),
    "modal",
    "is not an option",
  ],
  [
    "101 options",
    modal([
      input("a", {
        type: "static_select",
        action_id: "a",
        options: Array.from({ length: 101 }, (_, i) => ({ text: plain("x"), value: `${i}` })),
      }),
    ]),
    "modal",
    "no more than 100",
  ],
  [
    "an input that cannot be read again",
    modal([{ type: "input", label: plain("x"), element: { type: "plain_text_input" } }]),
    "modal",
    "needs a block_id",
  ],
  [
    "an empty rich text",
    message({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "" }] }] }),
    "message",
    "at least 1",
  ],
  [
    "a mention of everyone with a wrong range",
    message({
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements: [{ type: "broadcast", range: "all" }] }],
    }),
    "message",
    "must be one of here",
  ],
  ["a home with a title", { type: "home", title: plain("x"), blocks: [] }, "home", 'unknown property "title"'],
];

describe("what Slack refuses is named", () => {
  test.each(BAD)("%s", (_, payload, surface, problem) => {
    expect(problemsIn(payload, surface).join("\n")).toContain(problem);
  });
});
