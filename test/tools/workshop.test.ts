import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { allowEndpoints } from "../../src/tools/allow-endpoints.ts";
import { addService } from "../../src/tools/services.ts";
import { ADMIN, type House, openHouse, PROJECT } from "./house.ts";

let workshop: Workshop;
let house: House;
beforeEach(async () => {
  workshop = await startWorkshop();
  house = await openHouse();
  await addService({ projectId: PROJECT, name: "workshop", source: workshop.url, by: ADMIN }, house);
  await allowEndpoints({ projectId: PROJECT, name: "workshop", patterns: ["all"], by: ADMIN }, house);
});
afterEach(async () => {
  await workshop.stop();
  await house.close();
});

describe("the workshop", () => {
  test("finds M8 bolts and sets their stock", async () => {
    const found = await house.call("workshop GET /parts", { query: { name: "M8 bolts" } });
    expect(found).toMatchObject({
      kind: "done",
      result: { status: 200, body: { total: 1, items: [{ id: "p-101", stock: 240 }] } },
    });
    const set = await house.call("workshop PUT /parts/{partId}/stock", {
      path: { partId: "p-101" },
      body: { quantity: 300 },
    });
    expect(set).toMatchObject({ kind: "done", result: { status: 200 } });
    expect(workshop.state.parts[0]!.stock).toBe(300);
  });

  test("does every operation of its own document", async () => {
    const done = [
      await house.call("workshop GET /parts/{partId}", { path: { partId: "p-101" } }),
      await house.call("workshop GET /parts/{partId}/stock", { path: { partId: "p-101" } }),
      await house.call("workshop GET /machines", { query: { status: "idle" } }),
      await house.call("workshop GET /machines/{machineId}", { path: { machineId: "mill-1" } }),
      await house.call("workshop POST /machines/{machineId}/stop", { path: { machineId: "mill-1" } }),
      await house.call("workshop POST /machines/{machineId}/start", { path: { machineId: "mill-2" } }),
      await house.call("workshop GET /jobs"),
      await house.call("workshop POST /jobs", { body: { machineId: "mill-1", partId: "p-101", quantity: 2 } }),
      await house.call("workshop DELETE /jobs/{jobId}", { path: { jobId: "j-1" } }),
      await house.call("workshop GET /notices"),
      await house.call("workshop POST /notices", { body: { text: "Bolts have come." } }),
    ];
    expect(done.map(({ kind }) => kind)).toEqual(done.map(() => "done"));
    expect(workshop.state.changes.map(({ operation }) => operation)).toEqual([
      "POST /machines/mill-1/stop",
      "POST /machines/mill-2/start",
      "POST /jobs",
      "DELETE /jobs/j-1",
      "POST /notices",
    ]);
  });

  test("says no in words to what it does not have", async () => {
    const absent = await house.call("workshop GET /parts/{partId}", { path: { partId: "p-999" } });
    expect(absent).toMatchObject({ kind: "failed", code: "CALL_REFUSED", effect: "none", result: { status: 404 } });
    const twice = await house.call("workshop POST /machines/{machineId}/start", { path: { machineId: "mill-1" } });
    expect(twice).toMatchObject({ kind: "failed", code: "CALL_REFUSED", result: { status: 409 } });
  });

  test("does a thing once for one Idempotency-Key", async () => {
    const post = (text: string) =>
      fetch(`${workshop.url}/notices`, {
        method: "POST",
        headers: { "idempotency-key": "k-1" },
        body: JSON.stringify({ text }),
      });
    const [first, second, other] = [await post("once"), await post("once"), await post("twice")];
    expect(await second!.json()).toEqual(await first!.json());
    expect(other!.status).toBe(422);
    expect(workshop.state.notices).toHaveLength(2);
  });

  test("is as it was in the morning after a reset", async () => {
    await house.call("workshop POST /notices", { body: { text: "Bolts have come." } });
    workshop.control.faults.push({ kind: "error", status: 500 });
    workshop.control.reset();
    expect(workshop.state.notices).toHaveLength(1);
    expect(await house.call("workshop GET /notices")).toMatchObject({ kind: "done" });
  });

  test("breaks after the deed when it is told to", async () => {
    workshop.control.faults.push({ kind: "cut", when: "after" });
    const cut = await house.call("workshop POST /notices", { body: { text: "Did it arrive?" } });
    expect(cut).toMatchObject({ kind: "failed", code: "CALL_CUT_OFF", effect: "unknown" });
    expect(workshop.state.notices).toHaveLength(2);
  });
});
