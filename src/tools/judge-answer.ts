import type { Language } from "../../core/domain/chat.ts";
import type { ErrorCode } from "../../core/domain/errors.ts";
import type { StepResult } from "../../core/domain/plan.ts";
import type { ToolOutcome } from "../../core/domain/tool.ts";
import { words } from "../../core/words/words.ts";
import type { EgressAnswer } from "./egress.ts";
import { tellBody } from "./tell-body.ts";

/** What the judge needs to know of a call beside its answer. */
export interface Judged {
  readonly request: string;
  readonly service: string;
  /** Of the summary. */
  readonly language?: Language;
  /** Reading has no effect, whatever became of the answer. */
  readonly isRead: boolean;
  readonly nowMs: number;
  readonly maxBytes: number;
}

/** What an HTTP answer means for the step: see `ToolOutcome`. `note`: a remark on the body. */
export function judgeAnswer(result: StepResult, note: string | undefined, judged: Judged): ToolOutcome {
  const { status } = result;
  const { request, service } = judged;
  const say = words(judged.language ?? "en").tools;
  const said = [tellBody(result.body), note].filter((text) => text).join(" ");
  if (status >= 200 && status < 300)
    return { kind: "done", request, summary: said === "" ? String(status) : `${status} · ${said}`, result };
  const effect = effectOf(status, judged);
  const wait = retryAfterMs(result.headers["retry-after"], judged.nowMs);
  const common = {
    kind: "failed",
    request,
    result,
    effect,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  } as const;
  if (status < 400) {
    const target = (result.headers.location ?? "").slice(0, 200);
    return { ...common, code: "CALL_REFUSED", summary: say.redirect(service, status, target) };
  }
  const code: ErrorCode =
    status >= 500 || status === 408 || status === 425 || status === 429 ? "CALL_FAILED" : "CALL_REFUSED";
  const head = code === "CALL_FAILED" ? say.failed(service, status) : say.refused(service, status);
  return { ...common, code, summary: join(head, said) };
}

/** A 4xx says that the request was not carried out; a 3xx to a write may follow the deed (303), except 307 and 308. */
function effectOf(status: number, { isRead }: Judged): "none" | "unknown" {
  if (isRead || (status >= 400 && status < 500) || status === 307 || status === 308) return "none";
  return "unknown";
}

/** What a call means that brought no complete answer. */
export function judgeFailure(
  failed: EgressAnswer & { kind: "failed" },
  signal: AbortSignal,
  judged: Judged,
): ToolOutcome {
  const { request, service, isRead, maxBytes } = judged;
  const effect = failed.wasSent && !isRead ? "unknown" : "none";
  const common = { kind: "failed", request, effect } as const;
  const say = words(judged.language ?? "en").tools;
  switch (failed.why) {
    case "forbidden":
      return { ...common, code: "URL_NOT_ALLOWED", summary: say.notCalled(service, `${failed.detail}.`) };
    case "unreachable":
      return { ...common, code: "CALL_NOT_SENT", summary: say.unreachable(service, failed.detail) };
    case "cut":
      return {
        ...common,
        code: "CALL_CUT_OFF",
        summary: say.cut(service, failed.detail, failed.status),
      };
    case "too-large":
      return {
        ...common,
        code: "RESPONSE_TOO_LARGE",
        summary: say.tooLarge(service, failed.status, Math.round(maxBytes / 100_000) / 10),
      };
    case "undecodable":
      return {
        ...common,
        code: "RESPONSE_UNREADABLE",
        summary: say.undecodable(service, failed.status, failed.detail),
      };
    case "aborted":
      return wasTimeout(signal)
        ? { ...common, code: "CALL_TIMED_OUT", summary: say.timedOut(service, failed.status) }
        : {
            ...common,
            code: "CANCELLED",
            summary: failed.wasSent ? say.stoppedUnderWay(service) : say.stoppedUnsent(service),
          };
  }
}

/** `AbortSignal.timeout` aborts with a TimeoutError; others may give a named failure as the reason. */
function wasTimeout(signal: AbortSignal): boolean {
  const { name, code } = (signal.reason ?? {}) as { name?: unknown; code?: unknown };
  return name === "TimeoutError" || code === "CALL_TIMED_OUT" || code === "RUN_TIMED_OUT";
}

const MAX_WAIT_MS = 24 * 3_600_000;

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_WAIT_MS) : undefined;
}

const join = (head: string, said: string) => (said === "" ? head : `${head}: ${said}`);
