import type { KillWorld } from "./kill-world.ts";

/** What was shown of a run, by any life. */
export interface Shown {
  readonly state: string;
  readonly revision: number;
  readonly steps: readonly { readonly number: number; readonly state: string }[];
}

/** Who sits in front of the program, life after life: asks, confirms what is shown, decides what is asked. */
export interface Person {
  /** Runs whose Confirm the program said it had taken. */
  readonly acknowledged: ReadonlySet<string>;
  /** The last card of each run. */
  readonly shown: ReadonlyMap<string, Shown>;
  /** Steps of which nobody knew whether they had happened, that the person was asked about and answered. */
  readonly answered: number;
  /** A program has started: what it is told at once, on its stdin. New wishes only with `asks`. */
  begin(tell: (line: object) => void, asks: number): void;
  /** Reads what it says, and answers. */
  hear(event: KillEvent): void;
  /** Nothing that was shown waits for a person, or is at work. */
  hasNothingOpen(): boolean;
}

/** A line of the program's stdout. */
export type KillEvent =
  | ({ readonly type: "card"; readonly chat: string; readonly runId: string } & Shown)
  | { readonly type: "pressed"; readonly line: number; readonly action: string; readonly decision: KillDecision }
  | { readonly type: "say" | "refused" | "failed" };
interface KillDecision {
  readonly kind: string;
  readonly run?: { readonly id: string };
}

const OVER = ["done", "error", "cancelled", "expired", "superseded"];

export function createPerson(world: KillWorld): Person {
  const acknowledged = new Set<string>();
  const shown = new Map<string, Shown>();
  let tell: (line: object) => void = () => undefined;
  let answered = 0;
  let wishes = 0;

  function ask(): void {
    wishes += 1;
    tell({ chat: `c${wishes}` });
    tell({ as: "ana", say: `the stock of M8 bolts is wrong, set it to ${100 + wishes} and tell the workshop` });
  }

  function answer(runId: string, { state, revision, steps }: Shown): void {
    const press = (action: string) => tell({ as: "ben", press: action, run: runId, revision });
    if (state === "draft") press("confirm");
    if (state !== "waiting") return;
    // A person looks at the workshop before deciding.
    const unknown = steps.find((step) => step.state === "unknown");
    press(world.effects().has(`${runId}-${unknown?.number}`) ? "continue" : "retry");
  }

  return {
    acknowledged,
    shown,
    get answered() {
      return answered;
    },
    begin(say, asks) {
      tell = say;
      for (const [runId, last] of shown) if (last.state === "draft") answer(runId, last);
      for (let n = 0; n < asks; n++) ask();
    },
    hear(event) {
      if (event.type === "card") {
        const { runId, state, revision, steps } = event;
        const last = { state, revision, steps };
        const isNews = shown.get(runId)?.state !== state;
        shown.set(runId, last);
        if (isNews || state === "waiting") answer(runId, last);
      }
      if (event.type !== "pressed" || event.decision.kind !== "accepted" || !event.decision.run) return;
      if (event.action === "confirm") acknowledged.add(event.decision.run.id);
      else answered += 1;
    },
    hasNothingOpen: () => [...shown.values()].every(({ state }) => OVER.includes(state)),
  };
}
