import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { isPilotoError } from "../../core/domain/errors.ts";
import type { FleetControl } from "../fleet-control.ts";

/** The part of the server for commands beside a running Piloto. */
export interface Control {
  /** What lets a command in. */
  readonly token: string;
  readonly fleet: FleetControl;
}

const MAX_BODY_BYTES = 16_384;

const short = z.string().min(1).max(200);
const words = z.array(z.string().min(1).max(63)).max(50).optional();
const Explain = z.strictObject({
  model: short,
  class: z.enum(["interactive", "batch"]),
  share: short,
  promptTokens: z.int().nonnegative().max(10_000_000),
  labels: words,
  tolerations: words,
});
const Drain = z.strictObject({ node: short, isDrained: z.boolean(), by: short });

/**
 * `/control/…`, whatever address the server listens on: only with the token of this start, which lies in a file that
 * Piloto's user alone can read. JSON alone, in small bodies. Without the token nothing of a body is read.
 */
export function addControlRoutes(server: FastifyInstance, { token, fleet }: Control): void {
  server.register(
    async (control) => {
      control.removeAllContentTypeParsers();
      control.addContentTypeParser(
        "application/json",
        { parseAs: "string", bodyLimit: MAX_BODY_BYTES },
        control.getDefaultJsonParser("error", "error"),
      );
      control.addHook("onRequest", mustHaveToken(token));
      control.setErrorHandler(tellError);
      control.get("/fleet", () => fleet.picture());
      control.get("/fleet/decisions", async () => ({ decisions: fleet.decisions() }));
      control.post("/fleet/explain", (request) => fleet.explain(Explain.parse(request.body)));
      control.post("/fleet/drain", async (request) => {
        const { node, isDrained, by } = Drain.parse(request.body);
        return { node, isDrained, changed: await fleet.drain(node, isDrained, by) };
      });
    },
    { prefix: "/control" },
  );
}

function mustHaveToken(token: string) {
  const wanted = digest(token);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const given = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (timingSafeEqual(digest(given), wanted)) return;
    return reply.code(401).send({ error: { code: "NOT_ALLOWED", message: "Commands need this Piloto's token." } });
  };
}

/** Compared as digests: of one length, whatever came. */
const digest = (text: string) => createHash("sha256").update(text).digest();

/** Named failures by name; what is wrong with a request by its status; of a bug nothing. */
function tellError(error: unknown, _request: FastifyRequest, reply: FastifyReply) {
  const tell = (status: number, code: string, message: string) => reply.code(status).send({ error: { code, message } });
  if (isPilotoError(error)) return tell(409, error.code, error.message);
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return tell(400, "INPUT_INVALID", `${issue?.path.join(".") || "The body"}: ${issue?.message}.`);
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return tell(status, "INPUT_INVALID", (error as Error).message);
  throw error;
}
