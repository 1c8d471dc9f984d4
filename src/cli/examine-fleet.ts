import { isPilotoError } from "../../core/domain/errors.ts";
import type { Finding } from "../../core/domain/finding.ts";
import type { SeenPc } from "../fleet/fleet.ts";
import { fullName } from "../fleet/model-name.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { judgeFleet, type NodeLook } from "./judge-fleet.ts";

const LOOK_MS = 5_000;

/** The PCs one by one, and what is odd about them side by side. */
export async function* theFleet(house: CommandHouse): AsyncGenerator<Finding> {
  if (house.settings.isDemo) {
    yield { what: "fleet", state: "ok", found: "the demo brings simulated PCs while it runs" };
    return;
  }
  if (house.settings.fleet.length === 0) {
    yield { what: "fleet", state: "bad", found: "no PC is configured", todo: "Set OLLAMA_HOSTS." };
    return;
  }
  const fleet = await house.fleet();
  const models = await fleet.models();
  for (const { name, health, reason, version, isDrained } of await fleet.nodes()) {
    const has = models.filter((model) => model.nodes.includes(name));
    const told = has.map((model) => `${model.name} (${model.abilities.join(", ")})`).join("; ");
    const drained = isDrained ? " Drained: it gets no work." : "";
    if (health === "down") {
      yield { what: name, state: "bad", found: reason ?? "does not answer", todo: "Is the PC on, and Ollama running?" };
    } else if (has.length === 0) {
      const todo = `Pull one: piloto models pull NAME --on ${name}`;
      yield { what: name, state: "warn", found: `Ollama ${version ?? ""} has no model.${drained}`, todo };
    } else yield { what: name, state: "ok", found: `Ollama ${version ?? ""}: ${told}.${drained}` };
  }
  const up = (await fleet.pcs()).filter(({ health }) => health === "up");
  const looks = await Promise.all(up.map(lookAt));
  yield* judgeFleet(
    looks.filter((look) => look !== undefined),
    house.settings,
  );
}

/** `undefined` when it went away in between: it was told of above, or is the next time. */
async function lookAt({ name, version, client }: SeenPc): Promise<NodeLook | undefined> {
  const signal = AbortSignal.timeout(LOOK_MS);
  try {
    const [tags, ps] = [await client.tags(signal), await client.ps(signal)];
    const models = tags.models.map((model) => ({
      name: fullName(model.name),
      digest: model.digest,
      sizeBytes: model.size,
    }));
    const resident = ps.models.map((model) => ({
      name: fullName(model.name),
      sizeBytes: model.size,
      vramBytes: model.size_vram,
    }));
    return { name, version, models, resident };
  } catch (error) {
    if (isPilotoError(error)) return undefined;
    throw error;
  }
}
