import { asId, type ProjectId } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import { createEgress } from "../../src/tools/egress.ts";
import { addService } from "../../src/tools/services.ts";
import { openSqlite } from "../../storage/index.ts";

// The measured process of `openapi.ts`: FILE and data FOLDER in, one line of JSON out.
const [file, folder] = process.argv.slice(2);
if (!file || !folder) throw new Error("Usage: openapi-child.ts FILE FOLDER");
const stores = await openSqlite({ folder });
const projectId = asId<ProjectId>("bench");
await stores.atomically((tx) =>
  tx.projects.put({
    id: projectId,
    name: "Bench",
    access: { propose: [], confirm: [], administer: [] },
    limits: DEFAULT_LIMITS,
    readsNeedNoConfirmation: false,
    draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
  }),
);
let made = 0;
const deps = {
  stores,
  egress: createEgress(),
  clock: { nowMs: () => Date.now(), sleep: async () => {} },
  ids: { next: () => `service-${++made}` },
};
const startMs = performance.now();
const { operations } = await addService(
  { projectId, name: "large", source: file, baseUrl: "http://127.0.0.1:9", isOffline: true, by: "bench:bench" },
  deps,
);
const ms = performance.now() - startMs;
await stores.close();
console.log(JSON.stringify({ ms, rssMb: process.resourceUsage().maxRSS / 1024, operations }));
