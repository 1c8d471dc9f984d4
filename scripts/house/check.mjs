// npm run check: format and lint, types, the import rule, the documents. Each finding says where and what to do.
import { spawn } from "node:child_process";
import path from "node:path";
import { installIfNeeded, root } from "./install.mjs";

await installIfNeeded();

const bin = (name) => path.join(root, "node_modules/.bin", name);
const house = (name) => [process.execPath, path.join(root, "scripts/house", name)];
const CHECKS = [
  {
    name: "imports",
    command: house("check-imports.mjs"),
    todo: "move the code or pass it in; see docs/architecture.md",
  },
  { name: "documents", command: house("check-docs.mjs"), todo: "make the document and the code agree" },
  { name: "types", command: [bin("tsc"), "-p", ".", "--pretty", "false"], todo: "mend the types" },
  {
    name: "format and lint",
    command: [bin("biome"), "ci", "--error-on-warnings", "--colors=off", "--max-diagnostics=50", "."],
    todo: "npm run format mends most of it",
  },
];

const startedMs = Date.now();
const results = await Promise.all(CHECKS.map(run));
for (const { name, output, ok, todo } of results) {
  console.log(ok ? `ok    ${name}` : `WRONG ${name}: ${todo}\n${output}`);
}
const failed = results.filter((result) => !result.ok).length;
console.log(
  `${results.length - failed} checks hold, ${failed} do not (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`,
);
process.exitCode = failed === 0 ? 0 : 1;

function run(check) {
  const [program, ...args] = check.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, shell: process.platform === "win32" });
    const parts = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.stderr.on("data", (part) => parts.push(part));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...check, ok: code === 0, output: tidy(Buffer.concat(parts).toString()) }));
  });
}

/** tsc says `file(12,3)`; editors and terminals open `file:12:3`. */
function tidy(output) {
  return output.replace(/^(\S+)\((\d+),(\d+)\): /gm, "$1:$2:$3 ");
}
