import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createPlacesInLine } from "../../src/fleet/route/places-in-line.ts";
import { open, TOKEN, user } from "../fleet-endpoint/situation.ts";
import { until } from "../support/until.ts";

test("a program that fills the line does not shut out the people in the chats", async () => {
  const { url, fleet, control, send, wants } = await open({ slots: 1, fleet: { limits: { waiting: 4 } } });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const leave = new AbortController();
  const ask = () =>
    fetch(`${url}/api/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ model: "small:8b", messages: user("mine") }),
      signal: leave.signal,
    }).catch(() => "left");
  onTestFinished(() => leave.abort());
  const first = ask();
  await until("it is asked", () => control("one").counts().active === 1);
  const others = [ask(), ask(), ask(), ask()];
  await until("the line is full", () => wants.length === 5 && fleet.router.overview().queues[0]?.interactive === 4);
  const refused = await send("/api/chat", { model: "small:8b", messages: user("mine") });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  const chat = fleet.chat(
    { model: "small:8b", messages: user("a person"), maxTokens: 9, share: "shop" },
    new AbortController().signal,
  );
  await until("it waits, too", () => fleet.router.overview().queues[0]?.interactive === 5);
  leave.abort();
  await Promise.all([first, ...others]);
  expect((await chat).text).toBe("a person");
});

test("whoever asks for much, there is room for others, and the line stays bounded", () => {
  const share = fc.constantFrom("a", "b", "c", "d", "e");
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.tuple(share, fc.boolean()), { maxLength: 300 }),
      (most, moves) => {
        const line = createPlacesInLine(most);
        const held: Record<string, number> = {};
        const all = () => Object.values(held).reduce((sum, count) => sum + count, 0);
        for (const [who, mayEnter] of moves) {
          const own = held[who] ?? 0;
          if (mayEnter && line.hasPlace(who)) {
            line.enter(who);
            held[who] = own + 1;
          } else if (!mayEnter && own > 0) {
            line.leave(who);
            held[who] = own - 1;
          }
          const shares = Object.values(held).filter((count) => count > 0).length;
          expect(line.hasPlace("newcomer")).toBe(all() < most || shares < most);
          expect(all()).toBeLessThanOrEqual(most * (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5));
        }
      },
    ),
    { numRuns: 200 },
  );
});
