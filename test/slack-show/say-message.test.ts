import { describe, expect, test } from "vitest";
import { markdownParts } from "../../bots/slack/show/markdown-blocks.ts";
import { streamText } from "../../bots/slack/show/mrkdwn.ts";
import { sayMessage } from "../../bots/slack/show/say-message.ts";
import { shownText } from "../slack-post/shown-text.ts";

const inline = (text: string) => {
  const [part] = markdownParts(text);
  return part && "elements" in part ? part.elements : [];
};

describe("a model's Markdown", () => {
  test("keeps its forms", () => {
    expect(inline("**bold** _it_ ~~no~~ `code`")).toEqual([
      { type: "text", text: "bold", style: { bold: true } },
      { type: "text", text: " " },
      { type: "text", text: "it", style: { italic: true } },
      { type: "text", text: " " },
      { type: "text", text: "no", style: { strike: true } },
      { type: "text", text: " " },
      { type: "text", text: "code", style: { code: true } },
    ]);
    const kinds = markdownParts("# Head\n- one\n- two\n\n> said\n```js\nlet a = 1;\n```\n1. first").map(
      ({ type }) => type,
    );
    expect(kinds).toEqual([
      "rich_text_section",
      "rich_text_list",
      "rich_text_quote",
      "rich_text_preformatted",
      "rich_text_section",
    ]);
  });

  test("names and paths with marks in them stay as they are", () => {
    expect(inline("snake_case_name 2*3*4 __init__.py")).toEqual([
      { type: "text", text: "snake_case_name 2*3*4 __init__.py" },
    ]);
  });

  test("a link shows where it leads, whatever its label says", () => {
    expect(inline("[https://bank.example](https://evil.example/x)")).toEqual([
      { type: "text", text: "https://bank.example (" },
      { type: "link", url: "https://evil.example/x", text: "https://evil.example/x" },
      { type: "text", text: ")" },
    ]);
    expect(inline("https://b\u0430nk.example/")).toEqual([
      { type: "link", url: "https://xn--bnk-6cd.example/", text: "https://xn--bnk-6cd.example/" },
    ]);
  });

  test.each(["[x](javascript:alert(1))", "[x](file:///etc/passwd)", "https://bank.example@evil.example/"])(
    "%s is no link",
    (text) => {
      expect(inline(text).some(({ type }) => type === "link")).toBe(false);
    },
  );

  test("mentions stay letters, in blocks and in the notification", () => {
    const { text, blocks } = sayMessage({ text: "<!channel> <@U024BE7LH> @here" }, "en");
    expect(shownText({ text, blocks: blocks as never })).toBe("<!channel> <@U024BE7LH> @here");
    expect(text).toBe("&lt;!channel&gt; &lt;@U024BE7LH&gt; @here");
  });

  test("hostile text is read in linear time", () => {
    const started = performance.now();
    for (const mark of ["*", "_", "[", "](", "`", "![a](", "~~", "**a"]) markdownParts(mark.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

test("a long text shows its beginning and its end, and comes whole as a file", () => {
  const text = Array.from({ length: 3_000 }, (_none, at) => `line ${at}`).join("\n");
  const { blocks, files } = sayMessage({ text }, "en");
  const seen = shownText({ text: "", blocks: blocks as never });
  for (const part of ["line 0\n", "line 2999", "characters here are only in the file"]) expect(seen).toContain(part);
  expect(files.map(({ name }) => name)).toEqual(["answer.txt"]);
  expect(files[0]?.text).toBe(`${text}\n`);
});

test("a stream's text only grows as its answer grows", () => {
  const text = "See [this](https://a.example) <!here> 👩‍👩‍👧 & more";
  for (let at = 0; at < text.length; at += 1) {
    expect(streamText(text).startsWith(streamText(text.slice(0, at)))).toBe(true);
  }
});
