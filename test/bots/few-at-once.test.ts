import { expect, test } from "vitest";
import { fewAtOnce } from "../../bots/shared/few-at-once.ts";

test("no more than so many work at once, in their order, and one that fails gives its place on", async () => {
  const few = fewAtOnce(4);
  const began: number[] = [];
  let working = 0;
  let most = 0;
  const work = async (n: number) => {
    began.push(n);
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setImmediate(resolve));
    working -= 1;
    if (n % 7 === 0) throw new Error(`no ${n}`);
    return n;
  };
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const ends = await Promise.allSettled(numbers.map((n) => few.run(() => work(n))));
  expect(most).toBe(4);
  expect(began).toEqual(numbers);
  expect(ends.map(({ status }) => status)).toEqual(numbers.map((n) => (n % 7 === 0 ? "rejected" : "fulfilled")));
  expect(await few.run(() => work(1))).toBe(1);
});
