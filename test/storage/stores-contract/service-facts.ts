import { expect, test } from "vitest";
import { asId } from "../../../core/domain/ids.ts";
import { endpoint, service, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

/** Services and their allow-lists. */
export function serviceFacts({ fresh }: Subject): void {
  test("a service is kept with its document, endpoints and schemas, and replaced whole", async () => {
    const stores = await fresh();
    const auth = { kind: "header", name: "X-Key", secret: "service:workshop/workshop" } as const;
    await stores.atomically((tx) => tx.services.put(service({ auth }), "the document", [endpoint(2), endpoint(1)]));
    await stores.read(async (tx) => {
      expect(await tx.services.list(WORKSHOP)).toEqual([service({ auth })]);
      expect(await tx.services.get(WORKSHOP, "workshop")).toEqual(service({ auth }));
      expect(await tx.services.get(WORKSHOP, "other")).toBeUndefined();
      expect(await tx.services.document(service().id)).toBe("the document");
      const { argsSchema, ...listed } = endpoint(2);
      expect(await tx.services.endpoints(service().id)).toEqual([
        listed,
        expect.objectContaining({ summary: "Thing 1" }),
      ]);
      expect(await tx.services.endpoint(WORKSHOP, listed.key)).toEqual(listed);
      expect(await tx.services.endpoint(asId("other"), listed.key)).toBeUndefined();
      expect(await tx.services.argsSchema(listed)).toEqual(argsSchema);
      expect(await tx.services.version(WORKSHOP)).toBe(1);
    });
    await stores.atomically((tx) => tx.services.put(service({ isOffline: true }), "newer", [endpoint(3)]));
    await stores.read(async (tx) => {
      expect(await tx.services.list(WORKSHOP)).toEqual([service({ isOffline: true })]);
      expect(await tx.services.document(service().id)).toBe("newer");
      expect((await tx.services.endpoints(service().id)).map((one) => one.operation)).toEqual(["GET /things/3"]);
      expect(await tx.services.version(WORKSHOP)).toBe(2);
    });
  });

  test("allowing and denying count what changed, and the version grows with it", async () => {
    const stores = await fresh();
    const changed = endpoint(1, { isChanged: true, isAllowed: false });
    await stores.atomically((tx) => tx.services.put(service(), "", [changed, endpoint(2), endpoint(3)]));
    const keys = [1, 2, 3, 99].map((n) => endpoint(n).key);
    const allow = (isAllowed: boolean) => stores.atomically((tx) => tx.services.allow(service().id, keys, isAllowed));
    const version = () => stores.read((tx) => tx.services.version(WORKSHOP));
    expect(await allow(true)).toBe(2);
    expect(await version()).toBe(2);
    expect(await allow(true)).toBe(0);
    expect(await version()).toBe(2);
    const all = await stores.read((tx) => tx.services.endpoints(service().id));
    expect(all.every((one) => one.isAllowed && !one.isChanged)).toBe(true);
    expect(await allow(false)).toBe(3);
    expect(await version()).toBe(3);
  });

  test("a removed service is gone with its endpoints, and the version still grows", async () => {
    const stores = await fresh();
    await stores.atomically((tx) => tx.services.put(service(), "", [endpoint(1)]));
    expect(await stores.atomically((tx) => tx.services.remove(service().id))).toBe(true);
    expect(await stores.atomically((tx) => tx.services.remove(service().id))).toBe(false);
    await stores.read(async (tx) => {
      expect(await tx.services.list(WORKSHOP)).toEqual([]);
      expect(await tx.services.endpoint(WORKSHOP, endpoint(1).key)).toBeUndefined();
      expect(await tx.services.document(service().id)).toBeUndefined();
      expect(await tx.services.version(WORKSHOP)).toBe(2);
    });
  });
}
