import type { Call } from "../call.ts";
import { problemsIn } from "../check-blocks.ts";
import { asText, isJson, type Json } from "../json.ts";
import { SlackNo, slackNoBecause } from "../slack-no.ts";
import type { SlackMessage } from "../world.ts";

/** What a message says, after the judge has let it through. */
export interface Content {
  text: string;
  /** undefined: the argument was not given. */
  blocks?: Json[];
  metadata?: SlackMessage["metadata"];
}

/** Reads and judges text, blocks and metadata of a posting method; throws as Slack refuses. */
export function contentOf({ args, team, book, method }: Call): Content {
  const blocks = listArg(args.blocks, "invalid_blocks_format");
  const metadata = objectArg(args.metadata, "invalid_metadata_format");
  const text = asText(args.text);
  const markdown = asText(args.markdown_text);
  if (!text && !markdown && !blocks?.length && !listArg(args.attachments, "invalid_attachments")?.length) {
    throw new SlackNo("no_text");
  }
  if (blocks?.length && !text) book.violation(method, "blocks without a text: notifications would be empty");
  refuseWhatIsOff(blocks ?? [], team.features);
  const problems = problemsIn({ text, blocks, markdown_text: markdown, metadata }, "message");
  if (problems.length) {
    for (const problem of problems) book.violation(method, problem);
    throw slackNoBecause(nameOf(problems), problems);
  }
  return {
    text: text ?? markdown ?? "",
    ...(blocks ? { blocks: withBlockIds(blocks) } : {}),
    ...(markdown ? { blocks: [{ type: "markdown", text: markdown }] } : {}),
    ...(isJson(metadata) && typeof metadata.event_type === "string"
      ? { metadata: metadata as unknown as SlackMessage["metadata"] }
      : {}),
  };
}

function nameOf(problems: string[]): string {
  if (problems.some((p) => /^must be less than .*\[json-pointer:text\]$/.test(p))) return "msg_too_long";
  if (problems.some((p) => p.startsWith("blocks hold") || p.startsWith("markdown blocks hold")))
    return "msg_blocks_too_long";
  if (problems.every((p) => p.includes("[json-pointer:metadata"))) return "invalid_metadata_format";
  if (problems.some((p) => p.includes("[json-pointer:markdown_text"))) return "invalid_arguments";
  return "invalid_blocks";
}

/** Teams without a feature do not know its blocks. */
export function refuseWhatIsOff(blocks: unknown[], features: Call["team"]["features"]): void {
  const types = new Set(blocks.map((block) => (isJson(block) ? block.type : undefined)));
  const wanted = [
    { on: features.plan, used: types.has("plan") ? "plan" : types.has("task_card") ? "task_card" : undefined },
    { on: features.markdown, used: types.has("markdown") ? "markdown" : undefined },
  ];
  for (const { on, used } of wanted) {
    if (used && on !== true) throw slackNoBecause(on, [`unsupported type: ${used} [json-pointer:/blocks/0/type]`]);
  }
}

/** Slack gives every block an id of its own. */
export function withBlockIds(blocks: Json[]): Json[] {
  return blocks.map((block, i) => ({ ...block, block_id: block.block_id ?? `b${i}` }));
}

/** Forms carry lists as JSON text, JSON bodies carry them as they are. */
export function listArg(value: unknown, error: string): Json[] | undefined {
  if (value === undefined) return undefined;
  const read = typeof value === "string" ? parse(value, error) : value;
  if (!Array.isArray(read)) throw new SlackNo(error);
  return read as Json[];
}

export function objectArg(value: unknown, error: string): Json | undefined {
  if (value === undefined) return undefined;
  const read = typeof value === "string" ? parse(value, error) : value;
  if (!isJson(read)) throw new SlackNo(error);
  return read;
}

function parse(text: string, error: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SlackNo(error, { response_metadata: { messages: [`[ERROR] ${String(cause)}`] } });
  }
}
