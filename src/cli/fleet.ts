import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson, printTable } from "./output.ts";
import { withHouse } from "./with-house.ts";

/** `piloto fleet`: asks every PC now. Exit 5 when none answers. */
export function showFleet(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const fleet = await house.fleet();
    const models = await fleet.models();
    const nodes = await fleet.nodes();
    if (options.json) printJson({ nodes, models });
    else {
      printTable(
        ["pc", "state", "ollama", "in memory", "address"],
        nodes.map((n) => [n.name, n.reason ?? n.health, n.version ?? "", n.resident.join(", "), n.url]),
        house.settings.isDemo
          ? "The demo's simulated PCs live only while it runs. Set OLLAMA_HOSTS for real ones."
          : "No PC is configured. Set OLLAMA_HOSTS.",
      );
      print("");
      printTable(
        ["model", "can", "context", "on"],
        models.map((m) => [m.name, m.abilities.join(", "), String(m.contextLength ?? ""), m.nodes.join(", ")]),
        "No models were found.",
      );
    }
    return nodes.length > 0 && nodes.every((node) => node.health === "down") ? EXIT.unreachable : EXIT.ok;
  });
}
