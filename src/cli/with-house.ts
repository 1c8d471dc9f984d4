import { userInfo } from "node:os";
import { may } from "../../core/access/may.ts";
import { auditEntry } from "../../core/access/record-audit.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import type { AccountId, ProjectId } from "../../core/domain/ids.ts";
import type { Project } from "../../core/domain/project.ts";
import { DEMO_ACCOUNT } from "../demo/demo-project.ts";
import { type CommandHouse, openForCommand } from "../open-for-command.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";

/** The settings of this process: its environment, and `.env` and the data folder where it was started. */
export const settingsHere = () => readSettings({ env: process.env, folder: process.cwd() });

/**
 * Opens the data for one command, beside a running Piloto if there is one, and closes it whatever happens.
 * @throws PilotoError SETTINGS_INVALID | STORE_UNREACHABLE | DATA_*
 */
export async function withHouse(work: (house: CommandHouse) => Promise<ExitCode>): Promise<ExitCode> {
  const house = await openForCommand(settingsHere());
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}

/** Who acts: the account that was named, else the demo's person, else the user of the operating system. */
export function whoActs({ as }: Pick<CommonOptions, "as">, { isDemo }: Pick<Settings, "isDemo">): AccountId {
  if (as === undefined) return isDemo ? DEMO_ACCOUNT : (`terminal:${systemUser()}` as AccountId);
  const account = as.includes(":") ? as : `terminal:${as}`;
  if (/^[a-z]+:[A-Za-z0-9._-]{1,60}$/.test(account)) return account as AccountId;
  throw new PilotoError("INPUT_INVALID", `"${as.slice(0, 80)}" is no account. Write it like terminal:ana.`);
}

const systemUser = () =>
  userInfo()
    .username.replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 60);

/** The project that was named, or the default one. @throws PilotoError PROJECT_NOT_FOUND, naming those that there are */
export async function projectNamed(
  house: Pick<CommandHouse, "settings" | "stores">,
  { project }: CommonOptions,
): Promise<Project> {
  const id = (project ?? house.settings.defaultProject) as ProjectId;
  const projects = await house.stores.read((tx) => tx.projects.list());
  const found = projects.find((candidate) => candidate.id === id);
  if (found) return found;
  const names = projects.map((candidate) => candidate.id).join(", ");
  throw new PilotoError(
    "PROJECT_NOT_FOUND",
    `There is no project "${id}". There are: ${names}. New ones in the settings come with the next start.`,
  );
}

/** @throws PilotoError NOT_ALLOWED, with an entry in the audit log, unless the account may administer the project */
export async function mustAdminister(
  account: AccountId,
  project: Project,
  { stores, clock }: Pick<CommandHouse, "stores" | "clock">,
): Promise<void> {
  if (may(account, "administer", project)) return;
  const entry = auditEntry(account, "refuse-request", `project:${project.id}`, clock.nowMs(), { wanted: "administer" });
  await stores.atomically((tx) => tx.audit.append(entry));
  const message = `${account} may not administer the project ${project.id}. Those who may stand in the settings file.`;
  throw new PilotoError("NOT_ALLOWED", message);
}
