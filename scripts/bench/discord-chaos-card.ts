import { flattened, TYPE } from "../../test/support/discord-server/component-rules.ts";
import type { Message } from "../../test/support/discord-server/world.ts";

/** A card as people see it. `message` is what stands in Discord, edits included. */
export interface OpenCard {
  readonly message: Message;
  /** What it offered when somebody looked last. */
  sign: string;
  /** When somebody acts on it next, if it still offers the same. */
  sinceMs: number;
}

/** A button of Piloto's, by what is written in its id. */
export interface Offer {
  readonly kind: string;
  readonly runId: string;
  readonly customId: string;
}

/** What a message offers to press. */
export function offersOf({ components }: Pick<Message, "components">): Offer[] {
  return flattened(components).flatMap(({ component }) => {
    if (component.type !== TYPE.button || component.disabled) return [];
    const [, kind, runId] = /^p1:([a-z-]+):(.+):\d+$/.exec(component.custom_id ?? "") ?? [];
    return kind && runId ? [{ kind, runId, customId: component.custom_id! }] : [];
  });
}

/** Discord numbers components from 1; Piloto's own numbers are far above, and the same for the same post. */
export function markerOf({ components }: Pick<Message, "components">): number | undefined {
  const id = components[0]?.id ?? 0;
  return id >= 2 ** 30 ? id : undefined;
}
