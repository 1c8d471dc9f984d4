import { PilotoError } from "../../core/domain/errors.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import type { Project } from "../../core/domain/project.ts";
import type { Endpoint, ServiceAuth } from "../../core/domain/service.ts";
import type { CommandHouse } from "../open-for-command.ts";
import {
  allowEndpoints,
  denyEndpoints,
  showService as serviceNamed,
  listServices as servicesOf,
} from "../tools/allow-endpoints.ts";
import { addService, refreshService, removeService, type ServiceReport } from "../tools/services.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson, printTable } from "./output.ts";
import { mustAdminister, projectNamed, whoActs, withHouse } from "./with-house.ts";

/** `piloto services list` */
export function listServices(options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const project = await projectNamed(house, options);
    const services = await servicesOf(project.id, house);
    const counted = await Promise.all(
      services.map(async (service) => {
        const endpoints = await house.stores.read((tx) => tx.services.endpoints(service.id));
        return { ...service, operations: endpoints.length, allowed: endpoints.filter((e) => e.isAllowed).length };
      }),
    );
    if (options.json) printJson(counted);
    else {
      printTable(
        ["service", "title", "address", "allowed", "state"],
        counted.map((s) => [
          s.name,
          s.title,
          s.baseUrl,
          `${s.allowed} of ${s.operations}`,
          s.isOffline ? "offline" : "on",
        ]),
        `Project ${project.id} has no services yet. Add one: piloto services add NAME URL`,
      );
    }
    return EXIT.ok;
  });
}

/** `piloto services show NAME` */
export function showService(name: string, options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const project = await projectNamed(house, options);
    const { service, endpoints } = await serviceNamed({ projectId: project.id, name }, house);
    if (options.json) printJson({ ...service, endpoints });
    else {
      print(`${service.title}  (${service.name}, OpenAPI ${service.openapiVersion})`, service.baseUrl, "");
      printTable(
        ["allowed", "risk", "operation", "summary"],
        endpoints.map((endpoint) => [allowedWord(endpoint), endpoint.risk, endpoint.operation, endpoint.summary]),
        "It describes no operation that Piloto can call.",
      );
    }
    return EXIT.ok;
  });
}

const allowedWord = ({ isAllowed, isChanged }: Endpoint) => (isChanged ? "changed" : isAllowed ? "yes" : "no");

interface AddOptions extends CommonOptions {
  readonly baseUrl?: string;
  readonly auth?: string;
  readonly offline?: boolean;
}

/** `piloto services add NAME SOURCE` */
export function addServiceCommand(name: string, source: string, options: AddOptions): Promise<ExitCode> {
  return asAdministrator(options, async (house, project, by) => {
    const auth = options.auth === undefined ? undefined : authOf(options.auth, `service:${project.id}/${name}`);
    const wanted = {
      projectId: project.id,
      name,
      source,
      baseUrl: options.baseUrl,
      auth,
      isOffline: options.offline,
      by,
    };
    const report = await addService(wanted, house);
    tellReport(report, "added", options);
    if (auth && !(await house.secrets.list()).includes(auth.secret)) {
      hint(`It signs in with a secret that is not stored yet: piloto secrets set ${auth.secret}`);
    }
    return EXIT.ok;
  });
}

interface RefreshOptions extends CommonOptions {
  readonly source?: string;
}

/** `piloto services refresh NAME` */
export function refreshServiceCommand(name: string, options: RefreshOptions): Promise<ExitCode> {
  return asAdministrator(options, async (house, project, by) => {
    const report = await refreshService({ projectId: project.id, name, by, source: options.source }, house);
    tellReport(report, "refreshed", options);
    return EXIT.ok;
  });
}

/** `piloto services remove NAME` */
export function removeServiceCommand(name: string, options: CommonOptions): Promise<ExitCode> {
  return asAdministrator(options, async (house, project, by) => {
    await removeService({ projectId: project.id, name, by }, house);
    if (options.json) printJson({ removed: name });
    else print(`Service ${name} is removed. Its secret, if it had one, is kept: piloto secrets remove.`);
    return EXIT.ok;
  });
}

/** `piloto services allow NAME OPERATIONS…` */
export function allowOperations(name: string, patterns: string[], options: CommonOptions): Promise<ExitCode> {
  return asAdministrator(options, async (house, project, by) => {
    const keys = await allowEndpoints({ projectId: project.id, name, patterns, by }, house);
    if (options.json) printJson({ allowed: keys });
    else print(`May be planned and, once confirmed, called:`, ...keys.map((key) => `  ${key}`));
    return EXIT.ok;
  });
}

/** `piloto services deny NAME OPERATIONS…` */
export function denyOperations(name: string, patterns: string[], options: CommonOptions): Promise<ExitCode> {
  return asAdministrator(options, async (house, project, by) => {
    const keys = await denyEndpoints({ projectId: project.id, name, patterns, by }, house);
    if (options.json) printJson({ denied: keys });
    else print("Taken off:", ...keys.map((key) => `  ${key}`));
    return EXIT.ok;
  });
}

type Administer = (house: CommandHouse, project: Project, by: AccountId) => Promise<ExitCode>;

function asAdministrator(options: CommonOptions, work: Administer): Promise<ExitCode> {
  return withHouse(async (house) => {
    const project = await projectNamed(house, options);
    const by = whoActs(options, house.settings);
    await mustAdminister(by, project, house);
    return work(house, project, by);
  });
}

function authOf(text: string, secret: string): ServiceAuth {
  const [kind, name] = text.split(":", 2);
  if (kind === "bearer" || kind === "basic") return { kind, secret };
  if ((kind === "header" || kind === "query") && name) return { kind, name, secret };
  throw new PilotoError(
    "INPUT_INVALID",
    `--auth is "${text}"; it may be bearer, basic, header:<name> or query:<name>, for example header:X-Api-Key.`,
  );
}

function tellReport(report: ServiceReport, verb: string, { json }: CommonOptions): void {
  if (json) {
    printJson(report);
    return;
  }
  const { service, operations, allowed, refused, warnings } = report;
  print(`${service.title} is ${verb} as ${service.name}: ${operations} operations, ${allowed} allowed (reads are on).`);
  print(
    `Calls go to ${service.baseUrl}${service.isOffline ? ", which does not answer: planned with, not called" : ""}.`,
  );
  if (verb === "refreshed") tellChanges(report);
  for (const { operation, reason } of refused) print(`  left out  ${operation}: ${reason}`);
  for (const warning of warnings) hint(warning);
  if (verb === "added" && allowed < operations) {
    hint(`The others are off until allowed: piloto services show ${service.name}, then piloto services allow.`);
  }
}

function tellChanges({ added, removed, changed }: ServiceReport): void {
  if (added.length + removed.length + changed.length === 0) print("Nothing changed.");
  for (const key of added) print(`  new       ${key}`);
  for (const key of removed) print(`  gone      ${key}`);
  for (const key of changed) print(`  changed   ${key} (off until allowed again)`);
}
