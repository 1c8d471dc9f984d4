import type { ProjectId, ServiceId } from "./ids.ts";
import type { ToolCard } from "./tool.ts";

/** An outside HTTP API that a project may use, described by OpenAPI. */
export interface Service {
  readonly id: ServiceId;
  readonly projectId: ProjectId;
  /** Lower-case letters, digits and dashes, at most 40; unique in its project. */
  readonly name: string;
  readonly title: string;
  /** `https://host[:port]/base`, no trailing slash, no user info. Every call lies under it. */
  readonly baseUrl: string;
  /** Where the document came from: a URL or a file's path. */
  readonly source: string;
  readonly documentHash: string;
  readonly openapiVersion: string;
  readonly addedAtMs: number;
  readonly refreshedAtMs: number;
  /** Registered from a file while it did not answer: it is planned with, not called, until a refresh reaches it. */
  readonly isOffline: boolean;
  /** How the executor adds credentials; the secret itself is kept apart and never seen here. */
  readonly auth?: ServiceAuth;
}

export type ServiceAuth =
  | { readonly kind: "bearer"; readonly secret: string }
  | { readonly kind: "basic"; readonly secret: string }
  | { readonly kind: "header"; readonly name: string; readonly secret: string }
  | { readonly kind: "query"; readonly name: string; readonly secret: string };

/** One operation of a service, on its allow-list: the tool's card, and what calling it needs. */
export interface Endpoint extends ToolCard {
  readonly serviceId: ServiceId;
  readonly method: string;
  /** `/parts/{id}/stock`, below the service's base URL. */
  readonly pathTemplate: string;
  readonly operationId?: string;
  /** `application/json` unless the operation takes only something else. */
  readonly bodyType?: string;
  /** Changed since it was allowed: off until allowed again. */
  readonly isChanged: boolean;
}
