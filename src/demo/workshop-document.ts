const text = { type: "string" };
const ok = (description: string) => ({ "200": { description } });
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
        responses: ok("items and total"),
      },
    },
    "/parts/{partId}": {
      get: {
        operationId: "getPart",
        summary: "Show one part by its id",
        parameters: [inPath("partId", "Id of the part, like p-101")],
        responses: ok("the part"),
      },
    },
    "/parts/{partId}/stock": {
      parameters: [inPath("partId", "Id of the part, like p-101")],
      get: { operationId: "getStock", summary: "Read how many of a part are in stock", responses: ok("the quantity") },
      put: {
        operationId: "setStock",
        summary: "Set the stock of a part to a quantity",
        requestBody: body({ $ref: "#/components/schemas/StockChange" }),
        responses: ok("the part"),
      },
    },
    "/machines": {
      get: {
        operationId: "listMachines",
        summary: "List machines and their status",
        parameters: [{ name: "status", in: "query", schema: { type: "string", enum: ["running", "idle", "stopped"] } }],
        responses: ok("items and total"),
      },
    },
    "/machines/{machineId}": {
      get: {
        operationId: "getMachine",
        summary: "Show the status of one machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("the machine"),
      },
    },
    "/machines/{machineId}/start": {
      post: {
        operationId: "startMachine",
        summary: "Start a machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("the machine"),
      },
    },
    "/machines/{machineId}/stop": {
      post: {
        operationId: "stopMachine",
        summary: "Stop a machine",
        parameters: [inPath("machineId", "Id of the machine, like mill-1")],
        responses: ok("the machine"),
      },
    },
    "/jobs": {
      get: {
        operationId: "listJobs",
        summary: "List jobs of the workshop",
        parameters: [
          { name: "status", in: "query", schema: { type: "string", enum: ["waiting", "done", "cancelled"] } },
        ],
        responses: ok("items and total"),
      },
      post: {
        operationId: "createJob",
        summary: "Create a job for a machine",
        requestBody: body({ $ref: "#/components/schemas/NewJob" }),
        responses: { "201": { description: "the job" } },
      },
    },
    "/jobs/{jobId}": {
      delete: {
        operationId: "cancelJob",
        summary: "Cancel a job that is waiting",
        parameters: [inPath("jobId", "Id of the job, like j-1")],
        responses: ok("the job"),
      },
    },
    "/notices": {
      get: {
        operationId: "listNotices",
        summary: "Read the notices on the workshop's board",
        responses: ok("items and total"),
      },
      post: {
        operationId: "postNotice",
        summary: "Post a notice to the workshop's board",
        requestBody: body({ $ref: "#/components/schemas/NewNotice" }),
        responses: { "201": { description: "the notice" } },
      },
    },
  },
  components: {
    schemas: {
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
