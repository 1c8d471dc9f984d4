const text = { type: "string" };
const answer = (description: string, schema: object) => ({ description, content: { "application/json": { schema } } });
const one = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const ok = (name: string) => ({ "200": answer(`the ${name.toLowerCase()}`, one(name)) });
const made = (name: string) => ({ "201": answer(`the ${name.toLowerCase()}`, one(name)) });
const listOf = (name: string) => ({
  "200": answer("items and total", {
    type: "object",
    properties: { items: { type: "array", items: one(name) }, total: { type: "integer" } },
  }),
});
const inPath = (name: string, description: string) => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});
const body = (schema: object) => ({ required: true, content: { "application/json": { schema } } });

/** The workshop's own description, OpenAPI 3.1. */
export const WORKSHOP_DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Workshop",
    version: "1.0.0",
    description: "A small workshop: parts and stock, machines, jobs, a board.",
  },
  servers: [{ url: "/" }],
  paths: {
    "/parts": {
      get: {
        operationId: "listParts",
        summary: "List parts with their stock; search by name",
        parameters: [
          { name: "name", in: "query", description: "Part of the name, like M8 or bolt", schema: text },
          { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 100 } },
        ],
        responses: listOf("Part"),
      },
    },
    "/parts/{partId}": {
      get: {
        operationId: "getPart",
        summary: "Show one part by its id",
        parameters: [inPath("partId", "Id of the part, like p-101")],
        responses: ok("Part"),
      },
    },
    "/parts/{partId}/stock": {
      parameters: [inPath("partId", "Id of the part, like p-101")],
      get: { operationId: "getStock", summary: "Read how many of a part are in stock", responses: ok("Stock") },
      put: {
        operationId: "setStock",
        summary: "Set the stock of a part to a quantity",
        requestBody: body({ $ref: "#/components/schemas/StockChange" }),
        responses: ok("Part"),
      },
    },
    "/machines": {
      get: {
        operationId: "listMachines",
        summary: "List machines and their status",
        parameters: [{ name: "status", in: "query", schema: { type: "string", enum: ["running", "idle", "stopped"] } }],
        responses: listOf("Machine"),
      },
    },
    "/machines/{machineId}": {
      get: {
        operationId: "getMachine",
        summary: "Show the status of one machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("Machine"),
      },
    },
    "/machines/{machineId}/start": {
      post: {
        operationId: "startMachine",
        summary: "Start a machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("Machine"),
      },
    },
    "/machines/{machineId}/stop": {
      post: {
        operationId: "stopMachine",
        summary: "Stop a machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("Machine"),
      },
    },
    "/jobs": {
      get: {
        operationId: "listJobs",
        summary: "List jobs of the workshop",
        parameters: [
          { name: "status", in: "query", schema: { type: "string", enum: ["waiting", "done", "cancelled"] } },
        ],
        responses: listOf("Job"),
      },
      post: {
        operationId: "createJob",
        summary: "Create a job for a machine",
        requestBody: body({ $ref: "#/components/schemas/NewJob" }),
        responses: made("Job"),
      },
    },
    "/jobs/{jobId}": {
      delete: {
        operationId: "cancelJob",
        summary: "Cancel a job that is waiting",
        parameters: [inPath("jobId", "Id of the job, like j-1")],
        responses: ok("Job"),
      },
    },
    "/notices": {
      get: {
        operationId: "listNotices",
        summary: "Read the notices on the workshop's board",
        responses: listOf("Notice"),
      },
      post: {
        operationId: "postNotice",
        summary: "Post a notice to the workshop's board",
        requestBody: body({ $ref: "#/components/schemas/NewNotice" }),
        responses: made("Notice"),
      },
    },
  },
  components: {
    schemas: {
      Part: {
        type: "object",
        properties: { id: text, name: text, shelf: text, unit: text, stock: { type: "integer" } },
      },
      Stock: { type: "object", properties: { partId: text, quantity: { type: "integer" }, unit: text } },
      Machine: {
        type: "object",
        properties: {
          id: text,
          name: text,
          kind: text,
          status: { type: "string", enum: ["running", "idle", "stopped"] },
        },
      },
      Job: {
        type: "object",
        properties: {
          id: text,
          machineId: text,
          partId: text,
          quantity: { type: "integer" },
          note: text,
          status: text,
        },
      },
      Notice: { type: "object", properties: { id: text, text, author: text } },
      StockChange: {
        type: "object",
        required: ["quantity"],
        properties: { quantity: { type: "integer", minimum: 0, description: "How many there are from now on" } },
        additionalProperties: false,
      },
      NewJob: {
        type: "object",
        required: ["machineId", "partId", "quantity"],
        properties: {
          machineId: { type: "string", description: "Id of the machine, like mill-1" },
          partId: { type: "string", description: "Id of the part, like p-101" },
          quantity: { type: "integer", minimum: 1 },
          note: { type: "string", maxLength: 500 },
        },
        additionalProperties: false,
      },
      NewNotice: {
        type: "object",
        required: ["text"],
        properties: {
          text: { type: "string", minLength: 1, maxLength: 2000, description: "What the notice says" },
          author: { type: "string", maxLength: 80 },
        },
        additionalProperties: false,
      },
    },
  },
};
