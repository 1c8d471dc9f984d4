import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ProjectId } from "../../core/domain/ids.ts";
import type { ToolCard } from "../../core/domain/tool.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";
import { createBuiltInTools } from "../../core/tools/built-in.ts";
import { createSearchIndex } from "../../core/tools/search-index.ts";
import { searchWords } from "../../core/tools/search-words.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { WORKSHOP_DOCUMENT } from "../../src/demo/workshop-document.ts";
import { listOperations } from "../../src/tools/list-operations.ts";
import { parseOpenApi } from "../../src/tools/openapi-document.ts";
import { toEndpoint } from "../../src/tools/to-endpoint.ts";
import { fakeFleet } from "../support/fake-fleet.ts";

const SAMPLES = path.resolve("../shared/specs/openapi-samples");
const PROJECT = "p" as ProjectId;

function cardsOf(service: string, text: string): ToolCard[] {
  return listOperations(parseOpenApi(text, service)).operations.map((operation) =>
    toEndpoint(operation, { id: "s" as never, name: service, baseUrl: "http://h" }),
  );
}

/** A company's services as they come: many alike operations that share most of their words. */
function company(operations: number): ToolCard[] {
  const nouns = [
    "invoice",
    "shipment",
    "sensor",
    "booking",
    "supplier",
    "vehicle",
    "employee",
    "meeting",
    "ticket",
    "product",
  ];
  const paths: Record<string, object> = {};
  for (let n = 0; n < operations / 4; n++) {
    const noun = nouns[n % nouns.length]!;
    const area = Math.floor(n / nouns.length);
    paths[`/area${area}/${noun}s`] = {
      get: { summary: `List ${noun}s of area ${area}` },
      post: { summary: `Create a ${noun} in area ${area}` },
    };
    paths[`/area${area}/${noun}s/{id}`] = {
      get: { summary: `Show a ${noun} of area ${area}` },
      delete: { summary: `Delete a ${noun} of area ${area}` },
    };
  }
  return cardsOf("corp", JSON.stringify({ openapi: "3.1.0", paths }));
}

async function everything(): Promise<ToolCard[]> {
  const builtIn = await createBuiltInTools({ fleet: fakeFleet(() => ({})) }).cards(PROJECT);
  const samples = ["petstore20.json", "moby-docker-engine.yaml"].flatMap((file) =>
    cardsOf(file.split(/[-2]/)[0]!, readFileSync(path.join(SAMPLES, file), "utf8")),
  );
  return [...cardsOf("workshop", JSON.stringify(WORKSHOP_DOCUMENT)), ...samples, ...company(1000), ...builtIn];
}

const STOCK = "workshop GET /parts/{partId}/stock";
const SET_STOCK = "workshop PUT /parts/{partId}/stock";

/** What people ask, and the operation that has to be among the first five. */
const REQUESTS: [request: string, wanted: string][] = [
  ["how many M8 bolts are in stock?", STOCK],
  ["how many bolts do we have", "workshop GET /parts"],
  ["set the stock of M8 bolts to 300", SET_STOCK],
  ["change the stock of the washers to 12", SET_STOCK],
  ["search parts by name", "workshop GET /parts"],
  ["list the machines", "workshop GET /machines"],
  ["which machines are idle?", "workshop GET /machines"],
  ["start the laser cutter", "workshop POST /machines/{machineId}/start"],
  ["stop milling machine 2", "workshop POST /machines/{machineId}/stop"],
  ["create a job for mill-1", "workshop POST /jobs"],
  ["cancel job j-1", "workshop DELETE /jobs/{jobId}"],
  ["what is on the board?", "workshop GET /notices"],
  ["post a notice that the bolts have come", "workshop POST /notices"],
  ["cuántos tornillos M8 hay", STOCK],
  ["¿qué piezas hay en el taller?", "workshop GET /parts"],
  ["busca la pieza rodamiento", "workshop GET /parts"],
  ["pon el stock de los tornillos M8 a 300", SET_STOCK],
  ["actualiza las existencias de la pieza p-101", SET_STOCK],
  ["muéstrame las máquinas", "workshop GET /machines"],
  ["¿en qué estado está la fresadora?", "workshop GET /machines/{machineId}"],
  ["arranca la máquina lathe-1", "workshop POST /machines/{machineId}/start"],
  ["para la fresadora 1", "workshop POST /machines/{machineId}/stop"],
  ["detén el torno", "workshop POST /machines/{machineId}/stop"],
  ["crea un trabajo para la fresadora", "workshop POST /jobs"],
  ["cancela el trabajo j-1", "workshop DELETE /jobs/{jobId}"],
  ["publica un aviso en el tablón", "workshop POST /notices"],
  ["lee los avisos del tablón", "workshop GET /notices"],
  ["list running containers", "moby GET /containers/json"],
  ["restart the container web", "moby POST /containers/{id}/restart"],
  ["remove the image nginx", "moby DELETE /images/{name}"],
  ["create a network", "moby POST /networks/create"],
  ["show the logs of a container", "moby GET /containers/{id}/logs"],
  ["lista los contenedores", "moby GET /containers/json"],
  ["reinicia el contenedor web", "moby POST /containers/{id}/restart"],
  ["borra la imagen nginx", "moby DELETE /images/{name}"],
  ["¿qué volúmenes hay?", "moby GET /volumes"],
  ["find the pets that are available", "petstore GET /pet/findByStatus"],
  ["add a pet called Rex", "petstore POST /pet"],
  ["busca mascotas disponibles", "petstore GET /pet/findByStatus"],
  ["log the user in", "petstore GET /user/login"],
  ["delete invoice 7 of area 3", "corp DELETE /area3/invoices/{id}"],
  ["crea una factura en el area 3", "corp POST /area3/invoices"],
  ["lista los empleados del area 12", "corp GET /area12/employees"],
  ["summarise what came back", "piloto think"],
  ["compara los resultados y explica la diferencia", "piloto think"],
];

describe.skipIf(!existsSync(SAMPLES))(
  "finding tools among more than a thousand (../shared/specs; skipped where it is absent)",
  () => {
    test("what people ask for, in English and Spanish, is among the first five", async () => {
      const index = createSearchIndex(await everything());
      const missed = REQUESTS.filter(
        ([request, wanted]) => !index.search(request, 5).some(({ key }) => key === wanted),
      );
      expect(missed).toEqual([]);
    });

    test("it is the first of all for three quarters of the requests", async () => {
      const index = createSearchIndex(await everything());
      const first = REQUESTS.filter(([request, wanted]) => index.search(request, 1)[0]?.key === wanted);
      expect(first.length / REQUESTS.length).toBeGreaterThanOrEqual(0.75);
    });
  },
);

describe("the tool catalogue", () => {
  const provider = (cards: readonly ToolCard[]): ToolProvider & { replace(next: readonly ToolCard[]): void } => {
    let present = cards;
    return {
      replace(next) {
        present = next;
      },
      cards: async () => present,
      get: async () => undefined,
      call: async () => {
        throw new Error("not called here");
      },
    };
  };

  test("ten times as many tools cost a search about ten times as much, not a hundred", async () => {
    const requests = [
      "list the invoices of area 7",
      "crea una factura en el area 3",
      "show the employee of area 99 and delete the meeting",
    ];
    const best = (tools: number) => {
      const index = createSearchIndex(company(tools));
      const all = () => requests.map((request) => index.search(request, 12));
      return Math.min(...Array.from({ length: 15 }, () => timed(all)));
    };
    const [few, many] = [best(500), best(5000)];
    expect(many / few).toBeLessThan(40);
  });

  test("gives the same answer to the same request", () => {
    const cards = company(400);
    const search = () =>
      createSearchIndex(cards)
        .search("show a vehicle", 12)
        .map(({ key }) => key);
    expect(search()).toEqual(search());
    expect(search()).toHaveLength(12);
  });

  test("sees a change of a provider's cards at once", async () => {
    const tools = provider(cardsOf("workshop", JSON.stringify(WORKSHOP_DOCUMENT)));
    const catalogue = createToolCatalogue([tools]);
    expect(await catalogue.search(PROJECT, "list the machines", 1)).toMatchObject([{ key: "workshop GET /machines" }]);
    tools.replace(company(40));
    expect(await catalogue.search(PROJECT, "list the machines", 1)).not.toMatchObject([{ service: "workshop" }]);
  });

  test("fills what room is left with the found tool's own service, since a plan often needs more than one", async () => {
    const catalogue = createToolCatalogue([
      provider(cardsOf("workshop", JSON.stringify(WORKSHOP_DOCUMENT))),
      provider(company(100)),
    ]);
    const found = await catalogue.search(PROJECT, "notices", 12);
    expect(
      found
        .slice(0, 2)
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(["GET /notices", "POST /notices"]);
    expect(found).toHaveLength(12);
    expect(new Set(found.map(({ service }) => service))).toEqual(new Set(["workshop"]));
  });

  test("finds nothing for words that no tool has", async () => {
    const catalogue = createToolCatalogue([provider(company(100))]);
    expect(await catalogue.search(PROJECT, "xyzzy", 12)).toEqual([]);
    expect(await catalogue.search(PROJECT, "", 12)).toEqual([]);
    expect(await catalogue.search(PROJECT, "invoice", 0)).toEqual([]);
  });

  test("does not stumble over a request of ten megabytes", () => {
    const index = createSearchIndex(company(1000));
    expect(timed(() => index.search("invoice ".repeat(1_300_000), 12))).toBeLessThan(500);
  });
});

describe("words", () => {
  test.each([
    ["máquinas", "machine"],
    ["machines", "machines"],
    ["setStockLevel", "set stock levels"],
    ["batteries", "battery"],
    ["boxes", "box"],
    ["stopping", "stop"],
    ["stopped", "stop"],
    ["contenedores", "container"],
    ["tuercas", "nut"],
    ["borrar", "delete"],
  ])("%s meets %s", (one, other) => {
    const words = searchWords(one);
    for (const word of searchWords(other)) expect(words).toContain(word);
  });
});

function timed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
