import fc from "fast-check";
import { expect, test } from "vitest";
import { readNdjson } from "../../src/fleet/read-ndjson.ts";

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(bytes: Uint8Array, sizes: readonly number[], max = 10_000): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of readNdjson(inChunks(bytes, sizes), max)) values.push(value);
  return values;
}

test("lines arrive whole however the network cuts them, in the middle of a letter too", async () => {
  const values = fc.array(
    fc.json({ stringUnit: "grapheme" }).map((text) => JSON.parse(text) as unknown),
    { maxLength: 8 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      values,
      sizes,
      fc.constantFrom("\n", "\r\n", "\n\n"),
      fc.boolean(),
      async (all, cut, end, isEnded) => {
        const text = all.map((value) => JSON.stringify(value)).join(end) + (isEnded ? end : "");
        expect(await collect(new TextEncoder().encode(text), cut)).toEqual(all);
      },
    ),
  );
});

test("a megabyte that comes byte by byte without a line break is given up at the bound", async () => {
  const bytes = new Uint8Array(2 ** 20).fill(120);
  await expect(collect(bytes, [1], 2 ** 19)).rejects.toThrow("more than 524289 characters");
});
