// npm test [-- FILTER ...]: installs when needed, runs every test once, ends with "N passed, N failed".
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installIfNeeded, root } from "./install.mjs";

await installIfNeeded();
const folder = mkdtempSync(path.join(tmpdir(), "piloto-test-"));
const report = path.join(folder, "report.json");
const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
const args = [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => child.on("exit", (exitCode) => resolve(exitCode ?? 1)));
const { passed, failed } = count();
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = code === 0 && failed === 0 ? 0 : 1;

/** A file that could not even be loaded counts as one failure; so does a run that left no report. */
function count() {
  try {
    const told = JSON.parse(readFileSync(report, "utf8"));
    const unloaded = told.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
    const failed = told.numFailedTests + unloaded.length;
    return { passed: told.numPassedTests, failed: code !== 0 ? Math.max(1, failed) : failed };
  } catch (error) {
    console.error(`vitest left no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}
