import type { Resident } from "./simulated-pc-rules.ts";
import type { SimulatedModel, SimulatedPc } from "./simulated-pc-spec.ts";
import { digestOf } from "./simulated-pc-spec.ts";

const MODIFIED_AT = "2026-08-21T09:00:00Z";

/** The body of `/api/tags`. */
export function tagsBody(pc: Required<SimulatedPc>): unknown {
  return {
    models: pc.models.map((model) => ({
      name: model.name,
      model: model.name,
      modified_at: MODIFIED_AT,
      size: model.sizeBytes,
      digest: digestOf(model),
      details: pc.tellsCapabilitiesInTags
        ? { ...detailsOf(model), context_length: model.contextLength }
        : detailsOf(model),
      ...(pc.tellsCapabilitiesInTags && { capabilities: model.capabilities }),
    })),
  };
}

/** The body of `/api/ps`: models that are still loading are listed too, with nothing to tell them by. */
export function psBody(pc: Required<SimulatedPc>, resident: readonly Resident[], nowMs: number): unknown {
  return {
    models: resident.flatMap((entry) => {
      const model = pc.models.find((candidate) => candidate.name === entry.model);
      if (!model) return [];
      const expiresAtMs = Number.isFinite(entry.expiresAtMs) ? entry.expiresAtMs : nowMs + pc.keepAliveMs;
      return {
        name: model.name,
        model: model.name,
        size: entry.sizeBytes,
        digest: digestOf(model),
        details: { parent_model: "", ...detailsOf(model) },
        expires_at: new Date(expiresAtMs).toISOString(),
        size_vram: entry.vramBytes,
        context_length: entry.contextLength,
      };
    }),
  };
}

/** The body of `/api/show`. */
export function showBody(model: SimulatedModel): unknown {
  const family = model.family ?? "simulated";
  return {
    license: "A simulated model of the demo. It has no weights.",
    parameters: "temperature 0.7",
    template: "{{ .Prompt }}",
    modified_at: MODIFIED_AT,
    details: { parent_model: "", ...detailsOf(model) },
    model_info: { "general.architecture": family, [`${family}.context_length`]: model.contextLength },
    capabilities: model.capabilities,
  };
}

function detailsOf(model: SimulatedModel) {
  const family = model.family ?? "simulated";
  return {
    format: "gguf",
    family,
    families: [family],
    parameter_size: `${(model.sizeBytes / 0.7e9).toFixed(1)}B`,
    quantization_level: "Q4_K_M",
  };
}
