import { describe, expect, test } from "vitest";
import type { ChatRequest, ModelFleet } from "../../core/ports/model-fleet.ts";
import type { Brain } from "../../src/demo/brain.ts";

/** A fleet with one model, `contract:latest` (completion, tools, embedding; 2048 tokens), for which `brain` thinks. */
export type MakeFleet = (brain: Brain) => Promise<ModelFleet>;

const never = () => new AbortController().signal;
const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: "user", content }],
  maxTokens: 50,
  ...more,
});
const echo: Brain = ({ messages }) => ({ text: messages.at(-1)!.content });
const tools = [{ name: "act", description: "Acts", parameters: { type: "object" } }];

/** What every ModelFleet promises to core, the one in memory and the one over HTTP alike. */
export function modelFleetContract(name: string, makeFleet: MakeFleet): void {
  describe(name, () => {
    test("answers with the text, whole and in pieces, and says who answered", async () => {
      const fleet = await makeFleet(echo);
      const pieces: string[] = [];
      const reply = await fleet.chat(ask("two words", { onText: (text) => pieces.push(text) }), never());
      expect(reply).toMatchObject({ text: "two words", toolCalls: [], stopped: "end", model: "contract:latest" });
      expect(pieces.join("")).toBe("two words");
      const names = (await fleet.nodes()).map((node) => node.name);
      expect(names).toContain(reply.node);
    });

    test("shows the model the tools, and hands on its calls as it wrote them", async () => {
      const seen: unknown[] = [];
      const fleet = await makeFleet((request) => {
        seen.push(request.tools?.map((tool) => tool.function.name));
        return { toolCalls: [{ name: "act", arguments: { deep: [1, "two", null] } }] };
      });
      const reply = await fleet.chat(ask("act", { tools }), never());
      expect(seen).toEqual([["act"]]);
      expect(reply.toolCalls).toEqual([{ name: "act", args: { deep: [1, "two", null] } }]);
    });

    test("shows the model the format", async () => {
      const fleet = await makeFleet(({ format }) => ({ text: JSON.stringify(format ?? "none") }));
      expect((await fleet.chat(ask("?"), never())).text).toBe('"none"');
      expect((await fleet.chat(ask("?", { format: { type: "object" } }), never())).text).toBe('{"type":"object"}');
    });

    test("shows the model the conversation with earlier calls and what tools said", async () => {
      const fleet = await makeFleet(({ messages }) => ({
        text: messages
          .map((m) => [m.role, m.content, m.tool_name ?? m.tool_calls?.[0]?.function.name].join("/"))
          .join(" "),
      }));
      const reply = await fleet.chat(
        ask("", {
          messages: [
            { role: "system", content: "rules" },
            { role: "assistant", content: "", toolCalls: [{ name: "act", args: {} }] },
            { role: "tool", content: "done", toolName: "act" },
          ],
        }),
        never(),
      );
      expect(reply.text).toBe("system/rules/ assistant//act tool/done/act");
    });

    test("stops at maxTokens and says so", async () => {
      const fleet = await makeFleet(() => ({ endless: true }));
      const reply = await fleet.chat(ask("go on", { maxTokens: 7 }), never());
      expect(reply).toMatchObject({ stopped: "length", answerTokens: 7 });
    });

    test.each<[string, Partial<ChatRequest>, string]>([
      ["a model that nobody has", { model: "nobody-has-it" }, "MODEL_MISSING"],
      ["more text than fits", { messages: [{ role: "user", content: "word ".repeat(5000) }] }, "CONTEXT_TOO_LARGE"],
    ])("refuses %s", async (_, more, code) => {
      const fleet = await makeFleet(echo);
      await expect(fleet.chat(ask("?", more), never())).rejects.toMatchObject({ name: "PilotoError", code });
    });

    test("finds a model by its name without the tag", async () => {
      const fleet = await makeFleet(echo);
      expect((await fleet.chat(ask("hi", { model: "contract" }), never())).model).toBe("contract:latest");
    });

    test("cancels before the request", async () => {
      const fleet = await makeFleet(echo);
      const texts = { model: "contract", texts: ["a"] };
      await expect(fleet.chat(ask("hi"), AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
      await expect(fleet.embed(texts, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
    });

    test("cancels in the middle of an answer, and hands on no more of it", async () => {
      const fleet = await makeFleet(echo);
      const stop = new AbortController();
      const pieces: string[] = [];
      const onText = (text: string) => {
        pieces.push(text.trim());
        stop.abort();
      };
      const chat = fleet.chat(ask("one two three", { onText }), stop.signal);
      await expect(chat).rejects.toMatchObject({ code: "CANCELLED" });
      expect(pieces).toEqual(["one"]);
    });

    test("embeds texts as vectors of one length and norm 1, in order", async () => {
      const fleet = await makeFleet(echo);
      const vectors = await fleet.embed({ model: "contract", texts: ["red", "blue door", "red"] }, never());
      expect(vectors[0]).toEqual(vectors[2]);
      expect(new Set(vectors.map((vector) => vector.length)).size).toBe(1);
      for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    });

    test("lists its models and PCs", async () => {
      const fleet = await makeFleet(echo);
      const [model] = await fleet.models();
      expect(model).toMatchObject({ name: "contract:latest", contextLength: 2048 });
      expect([...model!.abilities].sort()).toEqual(["completion", "embedding", "tools"]);
      const nodes = await fleet.nodes();
      expect(nodes).toMatchObject([{ health: "up", requestsInFlight: 0 }]);
      expect(model!.nodes).toEqual([nodes[0]!.name]);
    });
  });
}
