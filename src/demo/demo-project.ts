import type { AccountId, ProjectId } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { ProjectSettings } from "../project-settings.ts";

/** Who sits at the demo's terminal unless they say otherwise. */
export const DEMO_ACCOUNT = "terminal:you" as AccountId;

const MAY_DECIDE = [DEMO_ACCOUNT, "terminal:ben" as AccountId];

/** The demo's workshop: everybody at the terminal may ask; you and Ben decide, Ana and others do not. */
export const DEMO_PROJECT: ProjectSettings = {
  project: {
    id: "workshop" as ProjectId,
    name: "Workshop",
    access: { propose: ["terminal:*" as AccountId], confirm: MAY_DECIDE, administer: MAY_DECIDE },
    limits: DEFAULT_LIMITS,
    readsNeedNoConfirmation: false,
    draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
  },
  services: [],
};

/** The demo with chat apps: everybody there may try it, since nothing but the demo's own workshop can be touched. */
export function demoProject(faces: readonly string[]): ProjectSettings {
  const everybody = faces.map((face) => `${face}:*` as AccountId);
  const { project } = DEMO_PROJECT;
  const { propose, confirm, administer } = project.access;
  const access = { propose: [...propose, ...everybody], confirm: [...confirm, ...everybody], administer };
  return { ...DEMO_PROJECT, project: { ...project, access } };
}

/** The demo service's name in that project. */
export const DEMO_SERVICE = "workshop";
/** What people do every day. Cancelling a job deletes it, and stays off until somebody allows it. */
export const EVERYDAY_WRITES = ["setStock", "startMachine", "stopMachine", "createJob", "postNotice"];
