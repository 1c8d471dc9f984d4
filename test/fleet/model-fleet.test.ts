import { fakeFleet } from "../support/fake-fleet.ts";
import { modelFleetContract } from "./model-fleet-contract.ts";
import { model, pc, simulate } from "./simulation.ts";

const abilities = ["completion", "tools", "embedding"] as const;

modelFleetContract("the fleet in memory", async (brain) =>
  fakeFleet(brain, { abilities, model: "contract", contextLength: 2048 }),
);

modelFleetContract("the fleet over simulated PCs", async (brain) => {
  const contract = model("contract:latest", { capabilities: abilities, contextLength: 2048 });
  return (await simulate([pc("one", contract)], { brain })).fleet;
});
