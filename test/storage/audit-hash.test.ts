import fc from "fast-check";
import { expect, test } from "vitest";
import { AUDIT_GENESIS, auditHash, linkAuditEntry } from "../../core/domain/audit-chain.ts";
import { canonicalJson, sha256 } from "../../core/domain/canonical.ts";
import type { JsonObject } from "../../core/domain/result.ts";

test("an entry's hash is SHA-256 over the hash before it and its canonical JSON", () => {
  const words = fc.string({ unit: "binary", maxLength: 30 });
  const entry = fc.record({
    atMs: fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    by: words,
    did: words,
    target: words,
    detail: fc.dictionary(words, fc.jsonValue()) as fc.Arbitrary<JsonObject>,
    seq: fc.nat(),
    prevHash: fc.constant(AUDIT_GENESIS),
  });
  fc.assert(
    fc.property(entry, ({ prevHash, ...content }) => {
      expect(auditHash({ ...content, prevHash })).toBe(sha256(prevHash + canonicalJson(content)));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["half a character", { target: "\ud800" }],
  ["a number that JSON cannot say", { atMs: Number.NaN }],
  ["half a character in its detail", { detail: { a: "\udc00" } }],
])("an entry with %s is refused before it can break the chain", (_, change) => {
  const entry = { atMs: 1, by: "piloto", did: "begin-step", target: "run", detail: {}, ...change };
  expect(() => linkAuditEntry(entry, { seq: 0, hash: AUDIT_GENESIS })).toThrow();
});
