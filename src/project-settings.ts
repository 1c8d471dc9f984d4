import type { Project } from "../core/domain/project.ts";

/** A service that the settings register when the project lacks it. */
export interface ServiceSettings {
  readonly name: string;
  /** URL or file of the OpenAPI document, or the service's own address. */
  readonly source: string;
  readonly baseUrl?: string;
  /** Operations beyond reads that are allowed when it is registered: `PUT /parts/{id}/stock`, `POST`, `all`. */
  readonly allow: readonly string[];
}

/** A project as the settings describe it. */
export interface ProjectSettings {
  readonly project: Project;
  readonly services: readonly ServiceSettings[];
  /** Its share of the PCs beside other projects'; 1 when absent. */
  readonly fleetWeight?: number;
}
