import { describe } from "vitest";
import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import { createBuiltInTools } from "../../core/tools/built-in.ts";
import { startWorkshop } from "../../src/demo/workshop.ts";
import { addService } from "../../src/tools/services.ts";
import { fakeFleet } from "../support/fake-fleet.ts";
import { fakeTool, fakeTools } from "../support/fake-tools.ts";
import { ADMIN, openHouse, PROJECT } from "./house.ts";
import { toolProviderContract } from "./tool-provider-contract.ts";

const nothing = async () => {};

describe("the HTTP tools", () => {
  toolProviderContract(async () => {
    const workshop = await startWorkshop();
    const house = await openHouse();
    await addService({ projectId: PROJECT, name: "workshop", source: workshop.url, by: ADMIN }, house);
    return {
      provider: house.tools,
      projectId: PROJECT,
      key: "workshop GET /parts/{partId}/stock" as ToolKey,
      args: { path: { partId: "p-101" } },
      async close() {
        await workshop.stop();
        await house.close();
      },
    };
  });
});

describe("the built-in tools", () => {
  toolProviderContract(async () => ({
    provider: createBuiltInTools({ fleet: fakeFleet(() => ({ text: "Four." })) }),
    projectId: "any" as ProjectId,
    key: "piloto think" as ToolKey,
    args: { question: "How many are there?", input: [1, 2, 3, 4] },
    close: nothing,
  }));
});

describe("the fake tools of the tests", () => {
  toolProviderContract(async () => ({
    provider: fakeTools(fakeTool("look"), fakeTool("hidden", { isAllowed: false })),
    projectId: "any" as ProjectId,
    key: "fake POST /look" as ToolKey,
    args: { some: "thing" },
    close: nothing,
  }));
});
