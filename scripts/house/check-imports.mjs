// Holds the import rule, the homes of heavy packages, the absence of loops (`import type` included) and the names.
// Usage: node scripts/house/check-imports.mjs [--root FOLDER]. Prints file:line and what to do; exit 1 on findings.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { whyNotClass, whyNotFile, whyNotName, whyNotPackage } from "./import-rule.mjs";

const FOLDERS = ["core", "bots", "storage", "src", "scripts", "test", "bin"];
const IMPORTS = [
  /^import\s+(?:type\s+)?[^"';]*?\sfrom\s+["']([^"']+)["']/gm,
  /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+["']([^"']+)["']/gm,
  /^import\s+["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
];

const given = process.argv.indexOf("--root");
const root = path.resolve(given > 0 ? process.argv[given + 1] : path.join(import.meta.dirname, "../.."));
const findings = check(root);
for (const { file, line, text } of findings) console.log(`${file}:${line} ${text}`);
process.exitCode = findings.length > 0 ? 1 : 0;

function check(folder) {
  const files = sources(folder);
  const known = packagesOf(folder);
  const graph = new Map();
  const found = [];
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const named = whyNotName(file);
    if (named) found.push({ file, line: 1, text: named });
    for (const match of text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)) {
      const why = whyNotClass(match[1]);
      if (why) found.push({ file, line: lineAt(text, match.index), text: why });
    }
    const edges = [];
    for (const { name, line } of importsOf(text)) {
      const target = name.startsWith(".") ? path.posix.join(path.posix.dirname(file), name) : undefined;
      if (target && files.has(target)) edges.push({ target, line });
      const why = target ? whyNotTarget(folder, file, target) : whyNotPackage(file, packageName(name), known);
      if (why) found.push({ file, line, text: `imports ${name}: ${why}` });
    }
    graph.set(file, edges);
  }
  return [...found, ...loops(graph)];
}

function whyNotTarget(folder, file, target) {
  if (!existsSync(path.join(folder, target))) {
    // Text inside a test may look like an import of a file that is not meant to exist.
    return file.startsWith("test/") ? undefined : "there is no such file; imports name the file with its .ts ending";
  }
  return whyNotFile(file, target);
}

function sources(folder) {
  const all = FOLDERS.filter((name) => existsSync(path.join(folder, name))).flatMap((name) =>
    readdirSync(path.join(folder, name), { recursive: true }).map(
      (entry) => `${name}/${entry.split(path.sep).join("/")}`,
    ),
  );
  return new Set(all.filter((file) => /\.(ts|tsx|mts|js|mjs)$/.test(file)).sort());
}

function packagesOf(folder) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  return new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
}

function importsOf(text) {
  return IMPORTS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ name: match[1], line: lineAt(text, match.index) })),
  );
}

function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}

function packageName(specifier) {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Every loop once, told at the import that closes it. A depth-first walk; a file on the path again is a loop. */
function loops(graph) {
  const found = [];
  const finished = new Set();
  const trail = [];
  const visit = (file) => {
    trail.push(file);
    for (const { target, line } of graph.get(file) ?? []) {
      const start = trail.indexOf(target);
      if (start >= 0)
        found.push({ file, line, text: `closes a loop: ${[...trail.slice(start), target].join(" -> ")}` });
      else if (!finished.has(target)) visit(target);
    }
    trail.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) if (!finished.has(file)) visit(file);
  return found;
}
