import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(async () => {
  // Inside the repository, so that the child finds the packages.
  folder = await mkdtemp(path.resolve("node_modules/.piloto-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a process that collects garbage while it idles goes on, after many databases were opened and closed", async () => {
  const file = path.join(folder, "idle.ts");
  await writeFile(
    file,
    `import { setTimeout as wait } from "node:timers/promises";
     import { openSqlite } from ${JSON.stringify(path.resolve("storage/index.ts"))};
     for (let n = 0; n < 5; n++) {
       const stores = await openSqlite({ folder: ":memory:" });
       await stores.read((tx) => tx.projects.list());
       await stores.close();
     }
     // Garbage for the old generation: it is collected in the pauses, while no JavaScript runs.
     for (let n = 0; n < 20; n++) {
       JSON.parse(JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i, text: "x".repeat(10) }))));
       await wait(5);
     }
     console.log("still here");`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/house/run.mjs", file]);
  expect(stdout).toContain("still here");
});
