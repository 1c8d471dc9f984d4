import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint } from "./output.ts";

/** `piloto bench [NAME]`: the same as `npm run bench`, from anywhere. Needs a checkout, where the benches are. */
export async function bench(name: string | undefined, args: string[], options: CommonOptions): Promise<ExitCode> {
  const folder = checkoutFolder();
  if (!folder) {
    hint("Benches are part of a checkout of Piloto; this is only what was built from one.");
    return EXIT.notFound;
  }
  const wanted = [...(name === undefined ? [] : [name]), ...args, ...(options.json ? ["--json"] : [])];
  const program = [path.join(folder, "scripts/house/run.mjs"), "scripts/bench/main.ts", ...wanted];
  const child = spawn(process.execPath, program, { cwd: folder, stdio: "inherit" });
  const code = await new Promise<number>((resolve) => child.on("exit", (exitCode) => resolve(exitCode ?? 1)));
  return code === 0 ? EXIT.ok : code === 2 ? EXIT.usage : EXIT.failed;
}

/** The bundle runs from `<checkout>/dist/<build>/`; the program's own path says which checkout that is. */
function checkoutFolder(): string | undefined {
  let folder = path.dirname(path.resolve(process.argv[1] ?? "."));
  while (!existsSync(path.join(folder, "scripts/bench/main.ts"))) {
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return folder;
}
