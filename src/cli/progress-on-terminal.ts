import { visibleText } from "../../core/domain/plain-text.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { PullProgress } from "../fleet/pull/pull-model.ts";
import { progressLine } from "./models-text.ts";
import type { CommonOptions } from "./options.ts";
import { printJson } from "./output.ts";

/** Shows how far a pull is, where somebody looks. */
export interface ShownProgress {
  readonly show: (progress: PullProgress) => void;
  /** Clears the line. A second call does nothing. */
  end(): void;
}

/** One line that is written over, on stderr if that is a terminal; JSON lines on stdout with --json; else nothing. */
export function showProgress({ json }: CommonOptions, clock: Clock): ShownProgress {
  if (json) return { show: (progress) => printJson({ kind: "progress", ...progress }), end() {} };
  if (!process.stderr.isTTY) return { show() {}, end() {} };
  let since: { bytes: number; ms: number } | undefined;
  let isShown = false;
  return {
    show(progress) {
      // From what came now: what an earlier pull left is no speed.
      if (progress.doneBytes > 0) since ??= { bytes: progress.doneBytes, ms: clock.nowMs() };
      const line = progressLine(progress, since ?? { bytes: 0, ms: clock.nowMs() }, clock.nowMs());
      process.stderr.write(`\r\u001b[K${visibleText(line).slice(0, (process.stderr.columns ?? 80) - 1)}`);
      isShown = true;
    },
    end() {
      if (isShown) process.stderr.write("\r\u001b[K");
      isShown = false;
    },
  };
}
