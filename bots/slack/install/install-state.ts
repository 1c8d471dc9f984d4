import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { InstallURLOptions, StateStore } from "@slack/bolt";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK } from "../slack-ids.ts";

/** How long somebody may take on Slack's page. */
export const STATE_LIFE_MS = 600_000;

export interface InstallStateDeps {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly clientSecret: string;
  readonly options: InstallURLOptions;
}

/**
 * The `state` of an installation by OAuth: random, signed, dated, and good once. Nothing is written before it comes
 * back (anybody may open the install page). That it comes from the same browser is checked by a cookie, in
 * `@slack/oauth`.
 */
export function installState({ stores, clock, clientSecret, options }: InstallStateDeps): StateStore {
  const signed = (text: string) =>
    createHmac("sha256", `piloto-slack-state\n${clientSecret}`).update(text).digest("hex");
  return {
    async generateStateParam() {
      const text = `${randomBytes(24).toString("hex")}.${clock.nowMs() + STATE_LIFE_MS}`;
      return `${text}.${signed(text)}`;
    },
    async verifyStateParam(_now, state) {
      const [, text = "", id = "", untilMs = "", signature = ""] =
        /^(([0-9a-f]{48})\.(\d{1,16}))\.([0-9a-f]{64})$/.exec(state) ?? [];
      const isOurs = signature !== "" && timingSafeEqual(Buffer.from(signature), Buffer.from(signed(text)));
      if (!isOurs) throw new PilotoError("INPUT_INVALID", "This installation was not begun here. Begin again.");
      const nowMs = clock.nowMs();
      if (Number(untilMs) < nowMs) throw new PilotoError("INPUT_INVALID", "That took too long. Begin again.");
      const isFirst = await stores.atomically(async (tx) => {
        await tx.faceNotes.forget(SLACK, "state/", nowMs - 2 * STATE_LIFE_MS);
        return tx.faceNotes.putNew(SLACK, `state/${id}`, true, nowMs);
      });
      if (!isFirst) throw new PilotoError("INPUT_INVALID", "This installation was finished already. Begin again.");
      return options;
    },
  };
}
