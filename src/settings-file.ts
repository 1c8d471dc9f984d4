import { z } from "zod";

const account = z
  .string()
  .regex(
    /^[a-z]+:(?:\*|[^\s*/]+\/\*|[^\s*]+)$/,
    'an account such as "terminal:ana", a group such as "slack:T1/S1", or "terminal:*" or "slack:T1/*" for everybody there',
  )
  // Discord's users belong to no server: such a name would allow nobody, without a word.
  .refine((name) => !/^discord:.*\/\*$/.test(name), 'for everybody of a Discord server "discord:role/<server id>"');
const name = z.string().regex(/^[a-z0-9-]{1,40}$/, "lower-case letters, digits and dashes, at most 40");
const count = z.number().int().positive();

const address = z.url({ protocol: /^https?$/, error: "an address that begins with http:// or https://" });

const Limits = z.strictObject({
  stepsPerPlan: count.max(500).optional(),
  secondsPerRun: count.optional(),
  callsPerHour: count.optional(),
  runsAtOnce: count.max(1000).optional(),
  callsAtOncePerService: count.max(1000).optional(),
});

const Service = z.strictObject({
  source: z.string().min(1),
  baseUrl: address.optional(),
  allow: z.array(z.string()).optional(),
});

const words = z
  .array(z.string().regex(/^[\w./=:-]{1,63}$/, "words such as gpu=24gb, at most 63 characters each"))
  .max(50);
const gigabytes = z.number().positive().max(1_000_000);

const FleetNode = z.strictObject({
  name,
  url: address,
  labels: words.optional(),
  taints: words.optional(),
  vramGB: gigabytes.optional(),
  maxLoaded: count.max(100).optional(),
  slots: count.max(256).optional(),
  diskGB: gigabytes.optional(),
});

/** A model has one context everywhere: another `num_ctx` would make a PC load it afresh. */
const modelOption = z
  .string()
  .regex(/^[a-z_]{1,40}$/, "an option of Ollama, such as temperature")
  .refine(
    (option) => option !== "num_ctx" && option !== "num_predict",
    "an option other than num_ctx (see contextTokens) and num_predict",
  );

const optionValue = z
  .unknown()
  .refine((value) => typeof value === "number" || typeof value === "boolean", "a number, or true or false")
  .transform((value) => value as number | boolean);

const FleetModel = z.strictObject({
  contextTokens: count.min(512).optional(),
  options: z.record(modelOption, optionValue).optional(),
  slots: count.max(256).optional(),
  pinned: z.array(z.string()).optional(),
  forbidden: z.array(z.string()).optional(),
  labels: words.optional(),
  tolerations: words.optional(),
});

const ProjectContent = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  access: z
    .strictObject({
      propose: z.array(account).optional(),
      confirm: z.array(account).optional(),
      administer: z.array(account).optional(),
    })
    .optional(),
  limits: Limits.optional(),
  model: z.string().min(1).optional(),
  readsNeedNoConfirmation: z.boolean().optional(),
  draftLifeHours: z.number().positive().max(8760).optional(),
  fleetWeight: z.number().positive().max(1000).optional(),
  services: z.record(name, Service).optional(),
});

const Place = z.strictObject({
  server: z.string().min(1).max(40).optional(),
  channel: z.string().min(1).max(40).optional(),
  project: name.optional(),
  listen: z.boolean().optional(),
  threads: z.boolean().optional(),
});

const Slack = z.strictObject({
  mode: z.enum(["socket", "http"]).optional(),
  host: z.string().min(1).optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  publicUrl: address.optional(),
  places: z.array(Place).max(1000).optional(),
});

const Discord = z.strictObject({
  messageContent: z.boolean().optional(),
  places: z
    .array(Place.extend({ startThreads: z.boolean().optional() }))
    .max(1000)
    .optional(),
});

/** The settings file, as a person writes it: see docs/settings.md. */
export const SettingsFile = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  databaseUrl: z.string().min(1).optional(),
  language: z.enum(["en", "es"]).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
  model: z.string().min(1).optional(),
  fleet: z.array(FleetNode).optional(),
  models: z.record(z.string().min(1).max(200), FleetModel).optional(),
  endpoint: z
    .strictObject({ host: z.string().min(1).optional(), port: z.number().int().min(0).max(65_535).optional() })
    .optional(),
  contextTokens: count.min(512).optional(),
  defaultProject: z.string().optional(),
  projects: z.record(name, ProjectContent).optional(),
  slack: Slack.optional(),
  discord: Discord.optional(),
});

export type SettingsFileContent = z.infer<typeof SettingsFile>;
