import type { ToolKey } from "../../core/domain/ids.ts";
import type { Risk } from "../../core/domain/plan.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Tool } from "../../core/domain/tool.ts";
import { paramsLine } from "../../src/tools/params-line.ts";

const text: JsonObject = { type: "string" };

function object(properties: JsonObject, required: string[] = Object.keys(properties)): JsonObject {
  return { type: "object", properties, required, additionalProperties: false };
}

/** An endpoint of the test shop, with its arguments in groups as a real one has them. */
export function shopTool(
  operation: string,
  summary: string,
  groups: { path?: JsonObject; query?: JsonObject; body?: JsonObject },
  {
    risk = operation.startsWith("GET") ? "read" : "write",
    isAllowed = true,
  }: { risk?: Risk; isAllowed?: boolean } = {},
): Tool {
  const required = Object.entries(groups).flatMap(([name, schema]) =>
    Array.isArray(schema.required) && schema.required.length > 0 ? [name] : [],
  );
  const argsSchema: JsonObject = {
    type: "object",
    properties: groups as JsonObject,
    required,
    additionalProperties: false,
  };
  return {
    key: `shop ${operation}` as ToolKey,
    service: "shop",
    operation,
    summary,
    params: paramsLine(argsSchema),
    argsSchema,
    hash: `hash of ${operation}`,
    risk,
    replay: risk === "read" ? "safe" : "never",
    isAllowed,
  };
}

const partId = object({ partId: text });

export const SHOP_TOOLS: readonly Tool[] = [
  shopTool("GET /parts", "List parts with their stock; search by name", { query: object({ name: text }, []) }),
  shopTool("GET /parts/{partId}", "Show one part by its id", { path: partId }),
  shopTool("GET /parts/{partId}/stock", "Read how many of a part are in stock", { path: partId }),
  shopTool("PUT /parts/{partId}/stock", "Set the stock of a part to a quantity", {
    path: partId,
    body: object({ quantity: { type: "integer", minimum: 0 } }),
  }),
  shopTool("POST /notices", "Post a notice to the board", { body: object({ text: { type: "string", minLength: 1 } }) }),
  shopTool(
    "DELETE /jobs/{jobId}",
    "Cancel a job that is waiting",
    { path: object({ jobId: text }) },
    { risk: "destructive", isAllowed: false },
  ),
];
