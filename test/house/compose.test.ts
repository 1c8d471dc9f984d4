import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AccountId, ChatId, ProjectId } from "../../core/domain/ids.ts";
import { compose, type House } from "../../src/compose.ts";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { readSettings } from "../../src/settings.ts";

let folder = "";
let workshop: Workshop;
let houses: House[] = [];
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-compose-"));
  workshop = await startWorkshop();
});
afterEach(async () => {
  await Promise.all(houses.map((house) => house.stop()));
  houses = [];
  await workshop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const shop = "shop" as ProjectId;

async function start(project: object, { serve = false, more = {} } = {}): Promise<House> {
  const file = path.join(folder, "settings.json");
  writeFileSync(file, JSON.stringify({ logLevel: "silent", port: 0, projects: { shop: project }, ...more }));
  const settings = readSettings({ env: { PILOTO_SETTINGS: file }, folder });
  const house = await compose(settings, { platforms: [], serve });
  houses.push(house);
  await house.start();
  return house;
}

const verbs = async (house: House, did: string) => {
  const entries = await house.stores.read((tx) => tx.audit.after(0, 100));
  return entries.filter((entry) => entry.did === did).map(({ target }) => target);
};

describe("a house put together from settings", () => {
  test("registers the services that the settings name, once, with the writes that they allow", async () => {
    const services = { stock: { source: workshop.url, allow: ["setStock"] } };
    const house = await start({ services });
    await vi.waitFor(async () => {
      const service = await house.stores.read((tx) => tx.services.get(shop, "stock"));
      const endpoints = await house.stores.read((tx) => tx.services.endpoints(service!.id));
      const writes = endpoints.filter(({ risk, isAllowed }) => risk !== "read" && isAllowed);
      expect(writes.map(({ operationId }) => operationId)).toEqual(["setStock"]);
    }, 10_000);
    await house.stop();
    const again = await start({ services });
    await again.stop();
    expect(await verbs(await start({ services }), "add-service")).toEqual(["stock"]);
  });

  test("starts although a service of the settings cannot be reached", async () => {
    await workshop.stop();
    const house = await start({ services: { stock: { source: workshop.url } } }, { serve: true });
    expect(await house.stores.read((tx) => tx.services.list(shop))).toEqual([]);
  });

  test("writes a change of who may do what into the audit log, and nothing when nothing changed", async () => {
    await (await start({ access: { propose: ["terminal:ana"] } })).stop();
    await (await start({ access: { propose: ["terminal:ana"] } })).stop();
    const house = await start({ access: { propose: ["terminal:ana"], confirm: ["terminal:ben"] } });
    expect(await verbs(house, "change-setting")).toEqual(["settings", "project:shop", "settings", "project:shop"]);
    const project = await house.stores.read((tx) => tx.projects.get(shop));
    expect(project?.access.confirm).toEqual(["terminal:ben"]);
  });

  test("lets nobody do anything in a project that the settings no longer name", async () => {
    await (await start({ access: { propose: ["terminal:ana"] } })).stop();
    const settings = readSettings({ env: { OLLAMA_HOSTS: "http://127.0.0.1:1", PILOTO_LOG_LEVEL: "silent" }, folder });
    const house = await compose(settings, { platforms: [], serve: false });
    houses.push(house);
    const project = await house.stores.read((tx) => tx.projects.get(shop));
    expect(project?.access).toEqual({ propose: [], confirm: [], administer: [] });
  });

  test("takes what names no project into the default one, whatever the other ones are called", async () => {
    const projects = { attic: {}, shop: { access: { propose: ["other:*"] } } };
    const house = await start({}, { more: { projects, defaultProject: "shop" } });
    const [chatId, account] = ["other:talk" as ChatId, "other:ana" as AccountId];
    await house.core.receiveMessage({ key: "1", chatId, account, text: "help" });
    expect(await house.stores.read((tx) => tx.chats.get(chatId))).toMatchObject({ projectId: shop });
  });

  test("opens the endpoint for other programs where the settings ask for it, and names its port when it is taken", async () => {
    const endpoint = { port: 0 };
    const file = path.join(folder, "settings.json");
    const open = async () => {
      writeFileSync(file, JSON.stringify({ logLevel: "silent", port: 0, endpoint }));
      const house = await compose(readSettings({ env: { PILOTO_SETTINGS: file }, folder }), {
        platforms: [],
        serve: true,
      });
      houses.push(house);
      return house;
    };
    const first = await (await open()).start();
    endpoint.port = Number(new URL(first.endpointUrl ?? "").port);
    expect((await fetch(`${first.endpointUrl}/api/version`)).status).not.toBe(404);
    await houses[0]?.stop();
    await expect(fetch(`${first.endpointUrl}/api/version`)).rejects.toThrow("fetch failed");
    const taken = createServer().listen(endpoint.port, "127.0.0.1");
    await once(taken, "listening");
    await expect((await open()).start()).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `Port ${endpoint.port} on 127.0.0.1 for the endpoint is taken by another program. Choose another one: endpoint.port in the settings.`,
    });
    taken.close();
  });

  test("refuses a second house on the same data, and gives the data back when it stops", async () => {
    const house = await start({});
    await expect(start({})).rejects.toMatchObject({ code: "DATA_IN_USE" });
    await house.stop();
    await house.stop();
    await (await start({})).stop();
  });
});
