import { isPilotoError } from "../core/domain/errors.ts";
import type { Project } from "../core/domain/project.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { ProjectSettings, ServiceSettings } from "./project-settings.ts";
import { allowEndpoints } from "./tools/allow-endpoints.ts";
import { addService, type ServiceDeps } from "./tools/services.ts";

/**
 * Registers the services that the settings name and their projects lack. One that cannot be read is told in the log
 * and tried at the next start; it does not keep the others, or Piloto, from starting.
 */
export async function registerServices(
  projects: readonly ProjectSettings[],
  deps: ServiceDeps & { readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  for (const { project, services } of projects) {
    for (const service of services) {
      if (!signal.aborted) await registerOne(project, service, deps, signal);
    }
  }
}

async function registerOne(
  { id: projectId }: Project,
  { name, source, baseUrl, allow }: ServiceSettings,
  deps: ServiceDeps & { readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  if (await deps.stores.read((tx) => tx.services.get(projectId, name))) return;
  try {
    await addService({ projectId, name, source, baseUrl, by: "piloto" }, deps, signal);
    if (allow.length > 0) await allowEndpoints({ projectId, name, patterns: allow, by: "piloto" }, deps);
  } catch (error) {
    if (!isPilotoError(error)) throw error;
    deps.logger.warn({ project: projectId, service: name, code: error.code }, error.message);
  }
}
