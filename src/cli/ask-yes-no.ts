import { createInterface } from "node:readline/promises";
import { PilotoError } from "../../core/domain/errors.ts";

/**
 * Asks on the terminal, the question on stderr so that stdout stays clean. Anything but a clear yes is a no.
 * @throws PilotoError INPUT_INVALID when nobody is there to answer
 */
export async function askYesNo(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new PilotoError("INPUT_INVALID", "There is no terminal to ask on. Give --yes to confirm without asking.");
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|s|si|sí)$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
