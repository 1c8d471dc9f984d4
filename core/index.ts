import { type CommandRequest, menuCommand } from "./conversation/menu-command.ts";
import { createConversation } from "./conversation/receive-message.ts";
import { type Overview, overview, type ShownRun, showRun } from "./conversation/show-run.ts";
import { knowsChat } from "./conversation/stop-chat.ts";
import { type Suggestion, type SuggestRequest, suggest } from "./conversation/suggest.ts";
import type { Actor, IncomingMessage } from "./domain/chat.ts";
import type { ChatId, ProjectId, RunId } from "./domain/ids.ts";
import type { Decision, Press } from "./planning/decision.ts";
import { type CallProposed, type CallRequest, proposeCall } from "./planning/propose-call.ts";
import type { CorePorts } from "./ports/core-ports.ts";
import { announceOpenRuns } from "./progress/announce-open-runs.ts";
import { createProgressPoster } from "./progress/progress-poster.ts";
import { recover } from "./running/recover.ts";
import { createRunner } from "./running/runner.ts";
import { createToolCatalogue } from "./tools/tool-catalogue.ts";
import { createUpkeep } from "./upkeep/upkeep.ts";

export { type CommandRequest, MENU_COMMANDS } from "./conversation/menu-command.ts";
export type { Overview, ShownRun } from "./conversation/show-run.ts";
export type { Suggestion, SuggestRequest } from "./conversation/suggest.ts";
export type { Decision, PlanChange, Press, SingleChange } from "./planning/decision.ts";
export type { CallProposed, CallRequest } from "./planning/propose-call.ts";

/** The headless agent core, as faces and the house see it. */
export interface Core {
  /** Recovers what an earlier process left, then works: conversations, runs, progress, upkeep. */
  start(): Promise<void>;
  /** Finishes or hands back what is under way, within `withinMs`. Twice does no harm. */
  stop(withinMs: number): Promise<void>;
  /**
   * Takes a message. Resolves once it is saved; the answer comes through the chat's platform.
   * The same key again is the same message, however much later: `duplicate`, and nothing happens.
   */
  receiveMessage(message: IncomingMessage): Promise<Received>;
  /** `reply` is what the person who pressed should read, in the chat's language; others need not see it. */
  pressButton(press: Press): Promise<{ decision: Decision; reply: string }>;
  /** A plan of one step that a person wrote down exactly; a draft like any other, made without a model. */
  proposeCall(request: CallRequest): Promise<CallProposed>;
  /** Whether this chat is one that Piloto takes part in: what is said there needs no mention. */
  knowsChat(chatId: ChatId): Promise<boolean>;
  /**
   * A platform's own Stop: ends what is being thought about in the chat, and asks its run to stop, as its Stop button
   * would. `reply` is for the person alone. Twice does no harm.
   */
  stopChat(stop: Actor & { readonly chatId: ChatId }): Promise<{ readonly reply: string }>;
  /** Answers a command of a menu to one person, at once, without a model and without a trace in a chat. */
  command(request: CommandRequest): Promise<{ readonly text: string }>;
  /** A run as this person may see it: for edit forms and pages. `undefined` when there is none, or it is not for them. */
  showRun(runId: RunId, who: Actor): Promise<ShownRun | undefined>;
  /** What waits for this person, what runs, and the PCs: for home pages. */
  overview(who: Actor & { readonly projectId?: ProjectId }): Promise<Overview>;
  /** At most 25 names that fit what was typed so far, best first: for menus that complete. Nothing to strangers. */
  suggest(request: SuggestRequest): Promise<readonly Suggestion[]>;
  /** Shows the open cards of a face again: what happened while its platform was out of reach. */
  refreshCards(face: string): Promise<void>;
  /** Resolves when nothing is waiting, running or untold (in this chat, or anywhere): for scripts and tests. */
  idle(chatId?: ChatId): Promise<void>;
}

export type Received =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  /** Not taken: too large, or empty. `reply` says why, to its sender. */
  | { readonly kind: "refused"; readonly reply: string };

/** Puts the rooms together over what is outside. Opens nothing and starts nothing: see `start`. */
export function createCore(ports: CorePorts): Core {
  const tools = createToolCatalogue(ports.tools);
  const deps = { ...ports, tools };
  const conversation = createConversation(deps);
  const runner = createRunner(deps);
  const poster = createProgressPoster(ports);
  const upkeep = createUpkeep(ports);
  const { defaultProject } = ports;
  const named = <T extends { readonly projectId?: ProjectId }>(request: T): T =>
    request.projectId === undefined && defaultProject ? { ...request, projectId: defaultProject } : request;
  let stopping: Promise<void> | undefined;

  async function stop(withinMs: number): Promise<void> {
    // Who asks goes first, who tells goes last: a run that was handed back still shows it.
    await Promise.all([conversation.stop(withinMs / 2), runner.stop(withinMs * 0.7), upkeep.stop()]);
    await poster.stop(withinMs * 0.3);
  }

  return {
    async start() {
      const { active, requeued } = await recover(ports);
      if (active > 0) ports.logger.info({ active, requeued }, "Going on with what an earlier process left");
      poster.start();
      runner.start();
      upkeep.start();
      await conversation.start();
    },
    stop(withinMs) {
      stopping ??= stop(withinMs);
      return stopping;
    },
    receiveMessage: (message) => conversation.receive(named(message)),
    async pressButton(press) {
      const pressed = await conversation.press(press);
      // The commit tells the runner as well, but it looks at commits in bursts.
      if (pressed.decision.kind === "accepted") runner.wake();
      return pressed;
    },
    proposeCall: (request) => proposeCall(named(request), deps),
    knowsChat: (chatId) => knowsChat(chatId, ports),
    async stopChat(stop) {
      const stopped = await conversation.stopChat(stop);
      runner.wake();
      return stopped;
    },
    command: (request) => menuCommand(named(request), deps),
    showRun: (runId, who) => showRun(runId, who, ports),
    overview: (who) => overview(who, ports),
    suggest: (request) => suggest(named(request), deps),
    refreshCards: (face) => announceOpenRuns(ports.stores, face, ports.clock.nowMs()),
    async idle(chatId) {
      // In the order in which one makes work for the next.
      await conversation.idle(chatId);
      await runner.idle(chatId);
      await poster.idle(chatId);
    },
  };
}
