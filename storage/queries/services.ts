import { sql } from "kysely";
import { asId } from "../../core/domain/ids.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Endpoint, Service } from "../../core/domain/service.ts";
import type { ServiceReader, ServiceWriter } from "../../core/ports/stores.ts";
import type { EndpointRow, ServiceRow } from "../schema.ts";
import { query, type Session } from "../session.ts";

type ListedRow = Omit<EndpointRow, "args_schema">;
const LISTED = [
  "service_id",
  "position",
  "key",
  "project_id",
  "service",
  "operation",
  "summary",
  "params",
  "returns",
  "hash",
  "risk",
  "replay",
  "is_allowed",
  "is_changed",
  "method",
  "path_template",
  "operation_id",
  "body_type",
] as const;

const list = query((db, p: { projectId: string }) =>
  db.selectFrom("services").selectAll().where("project_id", "=", p.projectId).orderBy("name"),
);
const get = query((db, p: { projectId: string; name: string }) =>
  db.selectFrom("services").selectAll().where("project_id", "=", p.projectId).where("name", "=", p.name),
);
const projectOf = query((db, p: { id: string }) =>
  db.selectFrom("services").select("project_id").where("id", "=", p.id),
);
const document = query((db, p: { id: string }) =>
  db.selectFrom("service_documents").select("document").where("service_id", "=", p.id),
);
const endpoints = query((db, p: { id: string }) =>
  db.selectFrom("endpoints").select(LISTED).where("service_id", "=", p.id).orderBy("position"),
);
const endpoint = query((db, p: { projectId: string; key: string }) =>
  db.selectFrom("endpoints").select(LISTED).where("project_id", "=", p.projectId).where("key", "=", p.key),
);
const argsSchema = query((db, p: { serviceId: string; key: string }) =>
  db.selectFrom("endpoints").select("args_schema").where("service_id", "=", p.serviceId).where("key", "=", p.key),
);
const version = query((db, p: { projectId: string }) =>
  db.selectFrom("service_versions").select("version").where("project_id", "=", p.projectId),
);
const raiseVersion = query((db, p: { projectId: string }) =>
  db
    .insertInto("service_versions")
    .values({ project_id: p.projectId, version: 1 })
    .onConflict((o) => o.column("project_id").doUpdateSet({ version: sql`service_versions.version + 1` })),
);
const put = query((db, p: ServiceRow) => {
  const values = {
    project_id: p.project_id,
    name: p.name,
    title: p.title,
    base_url: p.base_url,
    source: p.source,
    document_hash: p.document_hash,
    openapi_version: p.openapi_version,
    added_at_ms: p.added_at_ms,
    refreshed_at_ms: p.refreshed_at_ms,
    is_offline: p.is_offline,
    auth: p.auth,
  };
  return db
    .insertInto("services")
    .values({ id: p.id, ...values })
    .onConflict((o) => o.column("id").doUpdateSet(values));
});
const putDocument = query((db, p: { id: string; document: string }) =>
  db
    .insertInto("service_documents")
    .values({ service_id: p.id, document: p.document })
    .onConflict((o) => o.column("service_id").doUpdateSet({ document: p.document })),
);
const dropEndpoints = query((db, p: { id: string }) => db.deleteFrom("endpoints").where("service_id", "=", p.id));
const dropDocument = query((db, p: { id: string }) =>
  db.deleteFrom("service_documents").where("service_id", "=", p.id),
);
const dropService = query((db, p: { id: string }) => db.deleteFrom("services").where("id", "=", p.id));
const addEndpoint = query((db, p: EndpointRow) =>
  db.insertInto("endpoints").values({
    service_id: p.service_id,
    position: p.position,
    key: p.key,
    project_id: p.project_id,
    service: p.service,
    operation: p.operation,
    summary: p.summary,
    params: p.params,
    returns: p.returns,
    hash: p.hash,
    risk: p.risk,
    replay: p.replay,
    is_allowed: p.is_allowed,
    is_changed: p.is_changed,
    method: p.method,
    path_template: p.path_template,
    operation_id: p.operation_id,
    body_type: p.body_type,
    args_schema: p.args_schema,
  }),
);
/** Allowing also settles a change that was waiting for it. */
const allow = query((db, p: { id: string; key: string }) =>
  db
    .updateTable("endpoints")
    .set({ is_allowed: 1, is_changed: 0 })
    .where("service_id", "=", p.id)
    .where("key", "=", p.key)
    .where((e) => e.or([e("is_allowed", "=", 0), e("is_changed", "=", 1)])),
);
const deny = query((db, p: { id: string; key: string }) =>
  db
    .updateTable("endpoints")
    .set({ is_allowed: 0 })
    .where("service_id", "=", p.id)
    .where("key", "=", p.key)
    .where("is_allowed", "=", 1),
);

export function servicesOver(session: Session): ServiceReader & ServiceWriter {
  return { ...serviceReader(session), ...serviceWriter(session) };
}

function serviceReader(session: Session): ServiceReader {
  return {
    list: async (projectId) => (await session.all(list, { projectId })).map(toService),
    async get(projectId, name) {
      const row = await session.first(get, { projectId, name });
      return row && toService(row);
    },
    document: async (id) => (await session.first(document, { id }))?.document,
    endpoints: async (id) => (await session.all(endpoints, { id })).map(toEndpoint),
    async endpoint(projectId, key) {
      const row = await session.first(endpoint, { projectId, key });
      return row && toEndpoint(row);
    },
    async argsSchema({ serviceId, key }) {
      const row = await session.first(argsSchema, { serviceId, key });
      return row ? (JSON.parse(row.args_schema) as JsonObject) : {};
    },
    version: async (projectId) => (await session.first(version, { projectId }))?.version ?? 0,
  };
}

function serviceWriter(session: Session): ServiceWriter {
  return {
    async put(service, text, all) {
      await session.change(put, toRow(service));
      await session.change(putDocument, { id: service.id, document: text });
      await session.change(dropEndpoints, { id: service.id });
      for (const [position, one] of all.entries()) {
        await session.change(addEndpoint, toEndpointRow(one, service, position));
      }
      await session.change(raiseVersion, { projectId: service.projectId });
    },
    async allow(id, keys, isAllowed) {
      let changed = 0;
      for (const key of keys) changed += await session.change(isAllowed ? allow : deny, { id, key });
      const owner = changed > 0 ? await session.first(projectOf, { id }) : undefined;
      if (owner) await session.change(raiseVersion, { projectId: owner.project_id });
      return changed;
    },
    async remove(id) {
      const owner = await session.first(projectOf, { id });
      if (!owner) return false;
      await session.change(dropEndpoints, { id });
      await session.change(dropDocument, { id });
      await session.change(dropService, { id });
      await session.change(raiseVersion, { projectId: owner.project_id });
      return true;
    },
  };
}

function toRow(service: Service): ServiceRow {
  return {
    id: service.id,
    project_id: service.projectId,
    name: service.name,
    title: service.title,
    base_url: service.baseUrl,
    source: service.source,
    document_hash: service.documentHash,
    openapi_version: service.openapiVersion,
    added_at_ms: service.addedAtMs,
    refreshed_at_ms: service.refreshedAtMs,
    is_offline: service.isOffline ? 1 : 0,
    auth: service.auth ? JSON.stringify(service.auth) : null,
  };
}

function toService(row: ServiceRow): Service {
  return {
    id: asId(row.id),
    projectId: asId(row.project_id),
    name: row.name,
    title: row.title,
    baseUrl: row.base_url,
    source: row.source,
    documentHash: row.document_hash,
    openapiVersion: row.openapi_version,
    addedAtMs: row.added_at_ms,
    refreshedAtMs: row.refreshed_at_ms,
    isOffline: row.is_offline === 1,
    auth: row.auth === null ? undefined : JSON.parse(row.auth),
  };
}

function toEndpointRow(one: Endpoint & { argsSchema: JsonObject }, service: Service, position: number): EndpointRow {
  return {
    service_id: service.id,
    position,
    key: one.key,
    project_id: service.projectId,
    service: one.service,
    operation: one.operation,
    summary: one.summary,
    params: one.params,
    returns: one.returns ?? null,
    hash: one.hash,
    risk: one.risk,
    replay: one.replay,
    is_allowed: one.isAllowed ? 1 : 0,
    is_changed: one.isChanged ? 1 : 0,
    method: one.method,
    path_template: one.pathTemplate,
    operation_id: one.operationId ?? null,
    body_type: one.bodyType ?? null,
    args_schema: JSON.stringify(one.argsSchema),
  };
}

function toEndpoint(row: ListedRow): Endpoint {
  return {
    serviceId: asId(row.service_id),
    key: asId(row.key),
    service: row.service,
    operation: row.operation,
    summary: row.summary,
    params: row.params,
    ...(row.returns === null ? {} : { returns: row.returns }),
    hash: row.hash,
    risk: row.risk as Endpoint["risk"],
    replay: row.replay as Endpoint["replay"],
    isAllowed: row.is_allowed === 1,
    isChanged: row.is_changed === 1,
    method: row.method,
    pathTemplate: row.path_template,
    operationId: row.operation_id ?? undefined,
    bodyType: row.body_type ?? undefined,
  };
}
