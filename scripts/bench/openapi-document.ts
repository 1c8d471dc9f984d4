/**
 * A document as large services publish them: many resources with five operations each, shared and nested schemas,
 * long descriptions. The same arguments give the same text.
 */
export function generateOpenapi({ sizeBytes, operations }: { sizeBytes: number; operations: number }): string {
  const resources = Math.ceil(operations / 5);
  const bare = JSON.stringify(documentWith(resources, ""));
  const padding = Math.max(0, Math.ceil((sizeBytes - Buffer.byteLength(bare)) / (resources * 12)));
  return JSON.stringify(
    documentWith(resources, "Long words about what it does. ".repeat(Math.ceil(padding / 31)).slice(0, padding)),
  );
}

function documentWith(resources: number, description: string) {
  const paths: Record<string, object> = {};
  const schemas: Record<string, object> = {};
  for (let n = 0; n < resources; n++) {
    const name = `${NOUNS[n % NOUNS.length]}${n}`;
    const list = `/v1/${name}s`;
    paths[list] = {
      get: {
        operationId: `list_${name}`,
        summary: `List ${name}s`,
        description,
        parameters: paging(description),
        responses: { 200: { description } },
      },
      post: {
        operationId: `create_${name}`,
        summary: `Create a ${name}`,
        description,
        requestBody: bodyOf(name),
        responses: { 201: { description } },
      },
    };
    paths[`${list}/{id}`] = {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
      get: { operationId: `get_${name}`, summary: `Show a ${name}`, description, responses: { 200: { description } } },
      put: {
        operationId: `update_${name}`,
        summary: `Update a ${name}`,
        description,
        requestBody: bodyOf(name),
        responses: { 200: { description } },
      },
      delete: {
        operationId: `delete_${name}`,
        summary: `Delete a ${name}`,
        description,
        responses: { 204: { description: "gone" } },
      },
    };
    schemas[name] = schemaOf(n, resources, description);
  }
  return {
    openapi: "3.0.3",
    info: { title: "Large", version: "1" },
    servers: [{ url: "http://127.0.0.1:9" }],
    paths,
    components: { schemas },
  };
}

const NOUNS = [
  "invoice",
  "shipment",
  "sensor",
  "booking",
  "supplier",
  "vehicle",
  "employee",
  "meeting",
  "ticket",
  "product",
];

function paging(description: string) {
  return [
    { name: "limit", in: "query", description, schema: { type: "integer", minimum: 1, maximum: 100 } },
    { name: "cursor", in: "query", description, schema: { type: "string" } },
  ];
}

const bodyOf = (name: string) => ({
  required: true,
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
});

/** Every schema names two others, so that chains and circles of definitions arise. */
function schemaOf(n: number, count: number, description: string) {
  const other = (step: number) => {
    const at = (n * 7 + step) % count;
    return { $ref: `#/components/schemas/${NOUNS[at % NOUNS.length]}${at}` };
  };
  return {
    type: "object",
    required: ["name", "state"],
    properties: {
      name: { type: "string", maxLength: 200, description },
      state: { type: "string", enum: ["new", "open", "closed"] },
      amount: { type: "number", minimum: 0, nullable: true },
      lines: {
        type: "array",
        items: { type: "object", properties: { text: { type: "string" }, count: { type: "integer" } } },
      },
      parent: n % 4 === 0 ? other(1) : { type: "string" },
      next: n % 9 === 0 ? other(3) : { type: "string" },
    },
  };
}
