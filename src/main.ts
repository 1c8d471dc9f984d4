import { tellError } from "./cli/output.ts";
import { runCommandLine } from "./cli/program.ts";

// A bug that nobody caught ends the process at once: what is durable stays, and the next start goes on from there.
process.on("uncaughtException", (error) => process.exit(tellError(error)));
// Who reads us may stop early, as `piloto runs list | head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(
    `The output cannot be written (${error.code}). What was done is in the record: piloto runs list.\n`,
  );
  process.exit(1);
});

// A command that only waits, for a full disk to get room say, holds nothing that would keep Node alive.
const awake = setInterval(() => undefined, 2 ** 30);
process.exitCode = await runCommandLine(process.argv.slice(2));
clearInterval(awake);
