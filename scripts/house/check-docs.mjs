// Holds the documents to the code: error codes, settings, commands, npm scripts and files that they name must exist.
// Usage: node scripts/house/check-docs.mjs [--root FOLDER]. Prints file:line and what to do; exit 1 on findings.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const given = process.argv.indexOf("--root");
const root = path.resolve(given > 0 ? process.argv[given + 1] : path.join(import.meta.dirname, "../.."));
const read = (file) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : "");

const findings = [...errorCatalogue(), ...settings(), ...commandsAndFiles()];
for (const { file, line, text } of findings) console.log(`${file}:${line} ${text}`);
process.exitCode = findings.length > 0 ? 1 : 0;

/** One heading in docs/errors.md for each code, and no other. */
function errorCatalogue() {
  const [code, docs] = ["core/domain/errors.ts", "docs/errors.md"];
  const inCode = namesAt(code, /^ {2}([A-Z][A-Z_]+): \{ retry/);
  const inDocs = namesAt(docs, /^## ([A-Z][A-Z_]+)\s*$/);
  return [
    ...missing(inCode, inDocs, (name) => `${name} has no entry: add "## ${name}" to ${docs}`),
    ...missing(inDocs, inCode, (name) => `${name} is explained but does not exist in ${code}: remove or rename it`),
  ];
}

/** Variables that a document names exist in src/settings.ts or the other code; those of settings are in .env.example. */
function settings() {
  const pattern = /\b(PILOTO_[A-Z_]+|OLLAMA_[A-Z_]+)\b/;
  const known = namesIn(sources(), pattern);
  const offered = namesAt("src/settings-environment.ts", /^ {2}((?:PILOTO|OLLAMA)_[A-Z_]+):/);
  const example = namesAt(".env.example", pattern);
  const told = documents().flatMap((file) => namesAt(file, pattern));
  return [
    ...missing([...told, ...example], known, (name) => `${name} is named here but no code reads it`),
    ...missing(offered, example, (name) => `${name} is a setting: document it in .env.example`),
  ];
}

/** `piloto x`, `npm run x` and paths in backticks or code blocks of the documents. */
function commandsAndFiles() {
  const commands = namesIn(
    sources().filter((file) => file.startsWith("src/cli/")),
    /(?:command\(|name: )"([a-z-]+)/,
  );
  const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
  return documents().flatMap((file) => [
    ...missing(
      namesAt(file, /(?:`|^\s*\$? ?)(?:node bin\/piloto\.js|npx piloto|piloto) ([a-z]+)/),
      commands,
      (name) => `there is no command "piloto ${name}"`,
    ),
    ...missing(
      namesAt(file, /npm run ([a-z]+)/),
      scripts.map((name) => ({ name })),
      (name) => `there is no "npm run ${name}"`,
    ),
    ...namesAt(file, /`((?:core|bots|storage|src|scripts|test|docs|bin)\/[\w./-]+)`/)
      .filter(({ name }) => !existsSync(path.join(root, name)))
      .map((at) => ({ ...at, text: `there is no ${at.name}` })),
    ...namesAt(file, /\]\((?!https?:|#)([^)#\s]+)/)
      .filter(({ name }) => !existsSync(path.join(root, path.dirname(file), name)))
      .map((at) => ({ ...at, text: `the link leads nowhere: ${at.name}` })),
  ]);
}

function documents() {
  const docs = existsSync(path.join(root, "docs")) ? readdirSync(path.join(root, "docs"), { recursive: true }) : [];
  const guides = docs.filter((file) => file.endsWith(".md")).map((file) => `docs/${file.split(path.sep).join("/")}`);
  return ["README.md", "CONTRIBUTING.md", ...guides].filter((file) => existsSync(path.join(root, file)));
}

function sources() {
  return ["core", "bots", "storage", "src", "scripts", "bin", "test"]
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`))
    .filter((file) => /\.(ts|tsx|mjs|js)$/.test(file));
}

/** Every match of a pattern's first group, with where it stands. */
function namesAt(file, pattern) {
  const everywhere = new RegExp(pattern.source, "g");
  return read(file)
    .split("\n")
    .flatMap((text, index) =>
      [...text.matchAll(everywhere)].map((match) => ({ file, line: index + 1, name: match[1] })),
    );
}

function namesIn(files, pattern) {
  return files.flatMap((file) => namesAt(file, pattern));
}

function missing(wanted, present, text) {
  const names = new Set(present.map(({ name }) => name));
  return wanted.filter(({ name }) => !names.has(name)).map((at) => ({ ...at, text: text(at.name) }));
}
