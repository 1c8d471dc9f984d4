import type { Outgoing } from "../../core/domain/card.ts";
import { isPilotoError } from "../../core/domain/errors.ts";
import { type AccountId, asId, type ChatId, nameOf } from "../../core/domain/ids.ts";
import { isActive, type PressAction } from "../../core/domain/plan-run.ts";
import type { Core, PlanChange } from "../../core/index.ts";
import type { Words } from "../../core/words/words.ts";
import { actionOfKey } from "./card-keys.ts";
import { createCardStage } from "./card-stage.ts";
import { type Conversations, createConversations } from "./conversations.ts";
import { drawFrame, wordsOf } from "./draw-frame.ts";
import { type EditDialog, editDialog } from "./edit-dialog.ts";
import { type FaceOptions, TERMINAL } from "./face-options.ts";
import type { Paint } from "./paint.ts";
import type { Frame, Screen } from "./screen.ts";
import { createTalkLines } from "./talk-lines.ts";

/** A conversation as a person has it on this terminal: what they write, what they see. */
export interface Room {
  readonly account: AccountId;
  readonly chatId: ChatId;
  /** Whether a spinner turns, or a step counts its seconds. */
  readonly isMoving: boolean;
  readonly isAsking: boolean;
  readonly words: Words;
  attach(core: Core): void;
  /** Piloto posts or edits. */
  show(chatId: ChatId, what: Outgoing): void;
  /** What the answer in a chat waits for: stands where Piloto thinks, until the answer comes. */
  waits(chatId: ChatId, text: string): void;
  /** A line that a person finished: an answer to a question, a button's letter, a message. Commands go elsewhere. */
  submit(text: string): Promise<void>;
  /** Presses Stop of the card at the bottom, if it has it. */
  stopRunning(): Promise<void>;
  /** Leaves a question unanswered; `false` when none was asked. */
  stopAsking(): boolean;
  actAs(name: string): void;
  goTo(chat: string): void;
  showLatestCard(): void;
  showMore(): void;
  notice(text: string): void;
  /** A dim line under the input until the next key. */
  hint(text: string | undefined): void;
  frame(input: { before: string; after: string }): Frame;
  /** Answers may not come any more: says why, and no longer counts the seconds. */
  failed(reason: Error): void;
  /** Resolves when nothing is under way in this chat. */
  quiet(): Promise<void>;
  /** Leaves the card at the bottom where it is. */
  settle(): void;
}

interface RoomParts {
  readonly options: FaceOptions;
  readonly screen: Screen;
  readonly paint: Paint;
  /** Something must be drawn again, soon. */
  readonly changed: () => void;
}

const PAGE_LINES = 40;

export function createRoom({ options, screen, paint, changed }: RoomParts): Room {
  const { clock, ids } = options;
  const conversations: Conversations = createConversations();
  const lines = createTalkLines(paint, () => screen.size().columns);
  const stage = createCardStage({ screen, paint, conversations });
  let core: Core | undefined;
  let account = asId<AccountId>(`${TERMINAL}:${options.account}`);
  let chatId = asId<ChatId>(`${TERMINAL}:${options.chat ?? "main"}`);
  let thinkingSinceMs: number | undefined;
  let waitsFor: string | undefined;
  let dialog: EditDialog | undefined;
  let hint: string | undefined;
  let rest: string[] = [];
  let lastFailure: Error | undefined;
  /** Settles when everything that was submitted so far is with the core. */
  let handedOver: Promise<unknown> = Promise.resolve();

  const say = () => wordsOf(conversations.latest(chatId), options.language ?? "en");

  function print(text: readonly string[]): void {
    screen.print(text);
    changed();
  }

  /** Long texts are cut with a visible count; `/more` brings the rest. */
  function printPaged(text: readonly string[]): void {
    rest = text.slice(PAGE_LINES);
    const note = rest.length > 0 ? lines.notice(say().terminal.more(rest.length)) : [];
    print([...text.slice(0, PAGE_LINES), ...note]);
  }

  function show(where: ChatId, what: Outgoing): void {
    if (where === chatId) {
      thinkingSinceMs = undefined;
      waitsFor = undefined;
      if (what.kind === "card") stage.show(chatId, what);
      else printPaged(lines.piloto(what, say()));
    } else if (what.kind === "card") {
      if (conversations.keep(where, what)) print(lines.elsewhere(where, `${what.headline} · ${what.goal}`));
    } else {
      conversations.saidElsewhere(where, what);
      print(lines.elsewhere(where, what.text));
    }
    changed();
  }

  async function send(text: string): Promise<void> {
    if (conversations.live && !isActive(conversations.live.state)) stage.leaveLive();
    print(lines.person(nameOf(account), text));
    thinkingSinceMs = clock.nowMs();
    waitsFor = undefined;
    const message = { key: `${TERMINAL}:${ids.next()}`, chatId, account, text, projectId: options.projectId };
    const received = await toldWhenNamed(() => attached().receiveMessage(message));
    if (received?.kind === "accepted") return;
    thinkingSinceMs = undefined;
    if (received?.kind === "refused") print(lines.piloto({ text: received.reply }, say()));
    changed();
  }

  async function press(action: PressAction, change?: PlanChange): Promise<void> {
    const card = conversations.live;
    if (!card) return;
    if (action === "edit" && !change) {
      dialog = editDialog(card);
      return changed();
    }
    const { runId, revision } = card;
    const pressed = { runId, revision, action, by: account, ...(change ? { change } : {}) };
    if (change?.kind === "words") thinkingSinceMs = clock.nowMs();
    const answer = await toldWhenNamed(() => attached().pressButton(pressed));
    thinkingSinceMs = undefined;
    if (answer && answer.reply !== "") print(lines.piloto({ text: answer.reply }, say()));
    changed();
  }

  /** Named failures are told to the person; bugs rise. */
  async function toldWhenNamed<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isPilotoError(error)) throw error;
      thinkingSinceMs = undefined;
      if (error !== lastFailure) print(lines.failure(error.message));
      return undefined;
    }
  }

  function attached(): Core {
    if (!core) throw new Error("The terminal was used before attach().");
    return core;
  }

  async function answer(text: string, asked: EditDialog): Promise<void> {
    const step = asked.answer(text);
    dialog = step.kind === "ask" ? step.dialog : undefined;
    if (step.kind === "left") print(lines.notice(say().terminal.edit.left));
    if (step.kind === "change") await press("edit", step.change);
    changed();
  }

  async function submit(text: string): Promise<void> {
    if (dialog) return answer(text, dialog);
    const action = actionOfKey(text, conversations.live);
    if (action) return press(action);
    if (text.trim() !== "") await send(text);
  }

  return {
    get account() {
      return account;
    },
    get chatId() {
      return chatId;
    },
    get isMoving() {
      const isRunning = conversations.live !== undefined && isActive(conversations.live.state);
      return thinkingSinceMs !== undefined || isRunning;
    },
    get isAsking() {
      return dialog !== undefined;
    },
    get words() {
      return say();
    },
    attach(given) {
      core = given;
    },
    show,
    waits(where, text) {
      if (where !== chatId) return;
      waitsFor = text;
      changed();
    },
    submit(text) {
      const submitted = submit(text);
      handedOver = Promise.allSettled([handedOver, submitted]);
      return submitted;
    },
    async stopRunning() {
      if (conversations.live?.buttons.some((button) => button.action === "stop")) await press("stop");
    },
    stopAsking() {
      if (!dialog) return false;
      dialog = undefined;
      print(lines.notice(say().terminal.edit.left));
      return true;
    },
    actAs(name) {
      account = asId<AccountId>(`${TERMINAL}:${name}`);
      print(lines.notice(say().terminal.actingAs(name)));
    },
    goTo(chat) {
      stage.leaveLive();
      dialog = undefined;
      thinkingSinceMs = undefined;
      waitsFor = undefined;
      chatId = asId<ChatId>(`${TERMINAL}:${chat}`);
      print(lines.notice(say().terminal.inChat(chat)));
      for (const missed of conversations.missed(chatId)) print(lines.piloto(missed, say()));
      const card = conversations.latest(chatId);
      if (card && card.buttons.length > 0) this.showLatestCard();
    },
    showLatestCard() {
      const card = conversations.latest(chatId);
      if (!card) print(lines.notice(say().terminal.noCard));
      else if (card.buttons.length === 0 || !screen.isLive) stage.print(card);
      else stage.bringBack(card);
      changed();
    },
    showMore() {
      if (rest.length > 0) printPaged(rest);
      else print(lines.notice(say().terminal.noMore));
    },
    failed(reason) {
      thinkingSinceMs = undefined;
      lastFailure = reason;
      print(lines.failure(reason.message));
    },
    notice: (text) => print(text.split("\n").flatMap(lines.notice)),
    hint(text) {
      hint = text;
      changed();
    },
    frame({ before, after }) {
      const name = chatId === `${TERMINAL}:main` ? nameOf(account) : `${nameOf(account)}@${nameOf(chatId)}`;
      const facts = {
        card: conversations.live,
        thinkingSinceMs,
        waitsFor,
        nowMs: clock.nowMs(),
        question: dialog?.question.flatMap((line) => lines.plainLines(line)),
        prompt: `${name} ${paint.signs.prompt}`,
        before,
        after,
        hint,
        say: say(),
      };
      return drawFrame(facts, paint, screen.size());
    },
    async quiet() {
      await handedOver;
      await attached().idle(chatId);
    },
    settle: stage.leaveLive,
  };
}
