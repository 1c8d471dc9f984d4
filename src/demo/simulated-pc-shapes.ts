import type { AnswerShape, AnswerStats, Part } from "./simulated-pc-answer.ts";

type NowMs = () => number;

/** The lines of `/api/chat`. */
export function chatShape(model: string, nowMs: NowMs): AnswerShape {
  const head = () => ({ model, created_at: new Date(nowMs()).toISOString() });
  return {
    line: (part) => ({ ...head(), message: messageOf([part]), done: false }),
    last: (stats) => ({ ...head(), message: { role: "assistant", content: "" }, ...ending(stats) }),
    whole: (parts, stats) => ({ ...head(), message: messageOf(parts), ...ending(stats) }),
  };
}

/** The lines of `/api/generate`. */
export function generateShape(model: string, nowMs: NowMs): AnswerShape {
  const head = () => ({ model, created_at: new Date(nowMs()).toISOString() });
  const body = (parts: readonly Part[]) => {
    const { content, thinking } = messageOf(parts);
    return { response: content, ...(thinking !== undefined && { thinking }) };
  };
  return {
    line: (part) => ({ ...head(), ...body([part]), done: false }),
    last: (stats) => ({ ...head(), response: "", ...ending(stats) }),
    whole: (parts, stats) => ({ ...head(), ...body(parts), ...ending(stats) }),
  };
}

function messageOf(parts: readonly Part[]) {
  const thinking = parts.map((part) => part.thinking ?? "").join("");
  const toolCalls = parts.flatMap((part) => part.toolCalls ?? []);
  return {
    role: "assistant",
    content: parts.map((part) => part.content ?? "").join(""),
    ...(thinking && { thinking }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map((call, index) => ({
        id: `call_${index + 1}`,
        function: { index, name: call.name, arguments: call.arguments },
      })),
    }),
  };
}

function ending({ doneReason, promptTokens, answerTokens, waitedMs, pace }: AnswerStats) {
  const ns = (ms: number) => Math.round(ms * 1e6);
  const evalMs = answerTokens * pace.tokenMs;
  return {
    done: true,
    done_reason: doneReason,
    total_duration: ns(waitedMs + pace.prefillMs + evalMs),
    load_duration: ns(waitedMs),
    prompt_eval_count: promptTokens,
    prompt_eval_duration: ns(pace.prefillMs),
    eval_count: answerTokens,
    eval_duration: ns(evalMs),
  };
}
