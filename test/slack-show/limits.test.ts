import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAction } from "../../bots/slack/show/action-ids.ts";
import { cardMessage } from "../../bots/slack/show/card-message.ts";
import { editModal } from "../../bots/slack/show/edit-modal.ts";
import { ephemeralMessage } from "../../bots/slack/show/ephemeral-message.ts";
import { homeView } from "../../bots/slack/show/home-view.ts";
import { sayMessage } from "../../bots/slack/show/say-message.ts";
import { problemsIn } from "../support/slack-server/check-blocks.ts";
import { CASES, hostileCard, hostileOverview, hostilePlan, hostileSay, hostileText, shownRun } from "./hostile.ts";
import { leaksIn } from "./leaks.ts";

const hold = <T>(what: fc.Arbitrary<T>, check: (value: T) => void, share = 1) =>
  fc.assert(fc.property(what, check), { numRuns: Math.ceil(CASES * share), seed: 7 });

describe("whatever is shown, Slack's limits hold and nobody is mentioned", () => {
  test.each([true, false])("cards, where plan blocks are known: %s", (plan) => {
    hold(
      hostileCard,
      (card) => {
        const { text, blocks } = cardMessage(card, { plan });
        expect(problemsIn({ text, blocks }, "message")).toEqual([]);
        expect(leaksIn({ text, blocks })).toEqual([]);
      },
      0.5,
    );
  });

  test("answers", () => {
    hold(hostileSay, (say) => {
      const { text, blocks } = sayMessage(say, "en");
      expect(problemsIn({ text, blocks }, "message")).toEqual([]);
      expect(leaksIn({ text, blocks })).toEqual([]);
    });
  });

  test("private replies", () => {
    hold(
      hostileText(20_000),
      (reply) => {
        const message = ephemeralMessage(reply, "es");
        expect(problemsIn(message, "message")).toEqual([]);
        expect(leaksIn(message)).toEqual([]);
      },
      0.3,
    );
  });

  test("edit forms", () => {
    hold(
      fc.tuple(hostilePlan, hostileCard),
      ([plan, card]) => {
        const view = editModal(shownRun(plan, card));
        expect(problemsIn(view, "modal")).toEqual([]);
        expect(leaksIn(view)).toEqual([]);
      },
      0.5,
    );
  });

  test("home pages", () => {
    hold(
      hostileOverview,
      (overview) => {
        const view = homeView(overview);
        expect(problemsIn(view, "home")).toEqual([]);
        expect(leaksIn(view)).toEqual([]);
      },
      0.3,
    );
  });
});

test("every button says which run, revision and action it is for", () => {
  hold(
    hostileCard,
    (card) => {
      const { blocks } = cardMessage(card, { plan: true });
      const buttons = blocks.flatMap((block) =>
        "elements" in block && block.type === "actions" ? block.elements : [],
      );
      const read = buttons.map(decodeAction);
      const { runId, revision } = card;
      expect(read).toEqual(card.buttons.map(({ action }) => ({ kind: "press", runId, revision, action })));
    },
    0.3,
  );
});
