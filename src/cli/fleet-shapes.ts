import { z } from "zod";

const name = z.string();
/** JSON writes what is infinite as null. */
const count = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);
const priority = z.enum(["interactive", "batch"]);

const Node = z.object({
  name,
  url: z.string(),
  health: z.enum(["up", "down", "unknown"]),
  reason: z.string().optional(),
  version: z.string().optional(),
  resident: z.array(name),
  requestsInFlight: count,
  isDrained: z.boolean().optional(),
  isOnTrial: z.boolean().optional(),
});

const Model = z.object({
  name,
  abilities: z.array(z.enum(["completion", "tools", "vision", "embedding", "thinking", "insert"])),
  contextLength: count.optional(),
  sizeBytes: count.optional(),
  nodes: z.array(name),
  planning: z.enum(["tools", "format", "neither"]).optional(),
});

const Copy = z.object({
  node: name,
  model: name,
  state: z.enum(["loading", "ready", "leaving", "foreign"]),
  inFlight: count,
  slots: count,
  sinceMs: count,
});

const Overview = z.object({
  copies: z.array(Copy),
  queues: z.array(z.object({ model: name, interactive: count, batch: count })),
  nodes: z.array(
    z.object({ name, breaker: z.enum(["closed", "open", "half-open"]), inFlight: count, speed: count.optional() }),
  ),
});

const Verdict = z.object({
  node: name,
  filteredBy: z.string().optional(),
  because: z.string().optional(),
  scores: z.record(z.string(), count).optional(),
  total: count.optional(),
  firstTokenMs: count.optional(),
});

const Wait = z.object({
  aboutMs: count.optional(),
  ahead: count,
  why: z.enum(["busy", "loading", "no-pc"]),
  node: name.optional(),
});

/** What a running Piloto answers at `/control/fleet`: another version of it may run. */
export const PictureAnswer = z.object({
  nodes: z.array(Node),
  models: z.array(Model),
  scheduler: Overview,
  endpointUrl: z.string().optional(),
});

export const ExplanationAnswer = z.object({
  model: name,
  class: priority,
  share: name,
  atMs: count,
  verdicts: z.array(Verdict),
  chosen: name.optional(),
  wait: Wait.optional(),
});

export const DecisionsAnswer = z.object({ decisions: z.array(ExplanationAnswer) });

export const DrainAnswer = z.object({ changed: z.boolean() });

/** How a refusal is told. */
export const Refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
