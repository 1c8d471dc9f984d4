import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { KeptFile } from "../../../core/domain/chat.ts";
import { isPilotoError } from "../../../core/domain/errors.ts";
import { asId } from "../../../core/domain/ids.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { ANA, BEN, CHAT, draft, message, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

const refusal = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable("it was taken"),
    (error) => error,
  );

/** Groups, notes of faces, files of messages, link codes. */
export function chatAppFacts({ fresh, again }: Subject): void {
  async function withMessage(): Promise<Stores> {
    const stores = await fresh();
    await stores.atomically(async (tx) => {
      await tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 });
      await tx.messages.add(message(1));
    });
    return stores;
  }

  test("the groups of an account stay with its message and with its vote", async () => {
    const stores = await withMessage();
    const groups = [asId<typeof ANA>("terminal:night-shift"), asId<typeof ANA>('terminal:"quoted", Ünïcode')];
    const run = draft();
    const vote = {
      runId: run.id,
      revision: 1,
      planHash: run.planHash,
      by: ANA,
      action: "confirm",
      counted: true,
    } as const;
    await stores.atomically(async (tx) => {
      await tx.messages.add(message(2, { groups }));
      await tx.runs.create(run);
      await tx.votes.add({ ...vote, groups, atMs: 1 });
      await tx.votes.add({ ...vote, atMs: 2 });
    });
    const { items } = await stores.read((tx) => tx.messages.page(CHAT, { limit: 10 }));
    expect(items.map((one) => one.groups)).toEqual([groups, undefined]);
    expect((await stores.read((tx) => tx.votes.of(run.id))).map((one) => one.groups)).toEqual([groups, undefined]);
  });

  test("a face remembers by key what it is told, apart from other faces", async () => {
    const stores = await fresh();
    const value = { team: "T1", scopes: ["a", "b"], nested: { zero: 0, nothing: null } };
    await stores.atomically(async (tx) => {
      await tx.faceNotes.put("slack", "installation:T1", { team: "old" }, 1);
      await tx.faceNotes.put("slack", "installation:T1", value, 2);
      await tx.faceNotes.put("discord", "installation:T1", "another", 3);
    });
    expect(await stores.read((tx) => tx.faceNotes.get("slack", "installation:T1"))).toEqual(value);
    expect(await stores.read((tx) => tx.faceNotes.get("discord", "installation:T1"))).toBe("another");
    expect(await stores.read((tx) => tx.faceNotes.get("slack", "installation:T2"))).toBeUndefined();
    expect(await stores.atomically((tx) => tx.faceNotes.remove("slack", "installation:T1"))).toBe(true);
    expect(await stores.atomically((tx) => tx.faceNotes.remove("slack", "installation:T1"))).toBe(false);
    expect(await stores.read((tx) => tx.faceNotes.get("discord", "installation:T1"))).toBe("another");
  });

  test("notes are listed by prefix, in the order of their keys, page by page, each once", async () => {
    const stores = await fresh();
    const keys = ["a:", "a:%", "a:1", "a:10", "a:2", "a:_", "a:ä", "a:\u{1F600}", "a:\uFFFD"];
    await stores.atomically(async (tx) => {
      for (const key of [...keys, "A:1", "a", "aa:1", "b:1"]) await tx.faceNotes.put("slack", key, key, 1);
      await tx.faceNotes.put("discord", "a:0", "elsewhere", 1);
    });
    const seen: string[] = [];
    for (let afterKey: string | undefined; ; afterKey = seen.at(-1)) {
      const page = await stores.read((tx) => tx.faceNotes.list("slack", "a:", { limit: 2, afterKey }));
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page.map((note) => note.key));
    }
    // UTF-8 order: what lies outside the basic plane comes last.
    const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    expect(seen).toEqual([...keys].sort(byBytes));
    expect(await stores.read((tx) => tx.faceNotes.list("slack", "", { limit: 100 }))).toHaveLength(13);
  });

  test("of many who write the same new note at once, one does", async () => {
    const one = await fresh();
    const two = await again(one);
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 && two ? two : one).atomically((tx) => tx.faceNotes.putNew("slack", "retry:1", n, 1)),
      ),
    );
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await one.read((tx) => tx.faceNotes.get("slack", "retry:1"))).toBe(written.indexOf(true));
    await two?.close();
  });

  test("old notes of a prefix are forgotten, younger and other ones stay", async () => {
    const stores = await fresh();
    await stores.atomically(async (tx) => {
      for (const atMs of [1, 2, 3]) await tx.faceNotes.put("slack", `seen:${atMs}`, atMs, atMs);
      await tx.faceNotes.put("slack", "seen:1", "written again", 3);
      await tx.faceNotes.put("slack", "installation:T1", "old", 1);
      await tx.faceNotes.put("discord", "seen:1", "old", 1);
    });
    expect(await stores.atomically((tx) => tx.faceNotes.forget("slack", "seen:", 3))).toBe(1);
    expect((await stores.read((tx) => tx.faceNotes.list("slack", "", { limit: 9 }))).map((note) => note.key)).toEqual([
      "installation:T1",
      "seen:1",
      "seen:3",
    ]);
    expect(await stores.read((tx) => tx.faceNotes.get("discord", "seen:1"))).toBe("old");
  });

  test("a note that is too large or has no fitting key is refused in words, and nothing is saved", async () => {
    const stores = await fresh();
    const put = (key: string, value: string) => stores.atomically((tx) => tx.faceNotes.put("slack", key, value, 1));
    await put("k".repeat(300), "x".repeat(65_534));
    for (const [key, value, words] of [
      ["", "x", /key of 0 characters/],
      ["k".repeat(301), "x", /301 characters; 1 to 300 fit/],
      ["large", "x".repeat(65_535), /"large" of slack is 65537 bytes of JSON; at most 65536/],
      ["wide", "é".repeat(40_000), /80002 bytes/],
    ] as const) {
      const error = await refusal(put(key, value));
      expect(isPilotoError(error, "INPUT_INVALID")).toBe(true);
      expect(error.message).toMatch(words);
    }
    expect(await stores.read((tx) => tx.faceNotes.list("slack", "", { limit: 9 }))).toHaveLength(1);
  });

  const fileOf = (content: Uint8Array, change: Partial<KeptFile> = {}): KeptFile => ({
    id: "file-1",
    messageId: message(1).id,
    name: "Stück/liste.csv",
    mediaType: "text/csv",
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    ...change,
  });

  test("a file is kept byte for byte with its message", async () => {
    const stores = await withMessage();
    const content = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
    const empty = new Uint8Array();
    await stores.atomically(async (tx) => {
      await tx.files.put(fileOf(content), content, 5);
      await tx.files.put(fileOf(empty, { id: "file-0", name: "empty" }), empty, 5);
    });
    expect(await stores.read((tx) => tx.files.of(message(1).id))).toEqual([
      fileOf(content),
      fileOf(empty, { id: "file-0", name: "empty" }),
    ]);
    const kept = await stores.read((tx) => tx.files.content("file-1"));
    expect(Buffer.compare(kept!, content)).toBe(0);
    expect((await stores.read((tx) => tx.files.content("file-0")))?.length).toBe(0);
    expect(await stores.read((tx) => tx.files.content("file-2"))).toBeUndefined();
    expect(await stores.read((tx) => tx.files.of(message(2).id))).toEqual([]);
  });

  test("a file whose size or checksum is not what was said is not kept", async () => {
    const stores = await withMessage();
    const content = Buffer.from("part;stock\nM8;400\n");
    for (const [file, words] of [
      [fileOf(content, { bytes: 3 }), /should have 3 bytes and has 18/],
      [fileOf(content, { sha256: "0".repeat(64) }), /checksum/],
    ] as const) {
      const error = await refusal(stores.atomically((tx) => tx.files.put(file, content, 5)));
      expect(isPilotoError(error, "INPUT_INVALID")).toBe(true);
      expect(error.message).toMatch(words);
    }
    expect(await stores.read((tx) => tx.files.of(message(1).id))).toEqual([]);
  });

  test("a file of more than 20 MB is refused in words", async () => {
    const stores = await withMessage();
    const most = 20 * 1024 * 1024;
    const larger = Buffer.alloc(most + 1);
    const error = await refusal(stores.atomically((tx) => tx.files.put(fileOf(larger), larger, 5)));
    expect(isPilotoError(error, "INPUT_INVALID")).toBe(true);
    expect(error.message).toContain(`${most + 1} bytes; at most ${most}`);
  });

  test("a link code shows once whose it is", async () => {
    const stores = await fresh();
    await stores.atomically((tx) => tx.linkCodes.put({ hash: "h1", account: ANA, expiresAtMs: 100 }));
    const take = (hash: string, nowMs: number) => stores.atomically((tx) => tx.linkCodes.take(hash, nowMs));
    expect(await take("h2", 1)).toBeUndefined();
    expect(await take("h1", 99)).toBe(ANA);
    expect(await take("h1", 99)).toBeUndefined();
  });

  test("an expired link code shows nothing, and a newer one of the account takes its place", async () => {
    const stores = await fresh();
    const take = (hash: string, nowMs: number) => stores.atomically((tx) => tx.linkCodes.take(hash, nowMs));
    await stores.atomically((tx) => tx.linkCodes.put({ hash: "h1", account: ANA, expiresAtMs: 100 }));
    expect(await take("h1", 100)).toBeUndefined();
    expect(await take("h1", 1)).toBeUndefined();
    await stores.atomically(async (tx) => {
      await tx.linkCodes.put({ hash: "h2", account: ANA, expiresAtMs: 100 });
      await tx.linkCodes.put({ hash: "h3", account: ANA, expiresAtMs: 200 });
      await tx.linkCodes.put({ hash: "h4", account: BEN, expiresAtMs: 200 });
    });
    expect(await take("h2", 1)).toBeUndefined();
    expect(await take("h3", 150)).toBe(ANA);
    expect(await take("h4", 150)).toBe(BEN);
  });

  test("of many who take a link code at once, one gets it", async () => {
    const one = await fresh();
    const two = await again(one);
    await one.atomically((tx) => tx.linkCodes.put({ hash: "h1", account: ANA, expiresAtMs: 100 }));
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 && two ? two : one).atomically((tx) => tx.linkCodes.take("h1", 1))),
    );
    expect(taken.filter((account) => account !== undefined)).toEqual([ANA]);
    await two?.close();
  });
}
