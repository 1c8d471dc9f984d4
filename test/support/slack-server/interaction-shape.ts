import type { Book } from "./book.ts";
import type { Ack } from "./deliver.ts";
import type { EventOut } from "./event-out.ts";
import type { Json } from "./json.ts";
import type { OpenView, OpenViews } from "./open-views.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { FilledIn } from "./view-state.ts";
import type { EphemeralMessage, SlackMessage, World } from "./world.ts";

/** How the app took an interaction: its acknowledgement, and the trigger that it was given. */
export interface Taken {
  ack: Ack;
  triggerId: string;
  responseUrl?: string;
}

export interface Pressed {
  user: string;
  /** In place of the element's own value: for made-up buttons. */
  value?: string;
  /** For menus. */
  selected?: Json;
}

export interface SlashCommand {
  /** Default /piloto. */
  command?: string;
  text: string;
  user: string;
  /** Default: the person's DM with the app. */
  channel?: string;
}

/** What people press and fill in. Each resolves when the app has acknowledged or Slack has given up. */
export interface Interactions {
  /**
   * Presses a button (by action_id, or by its label) of a message as given: a copy of an older state presses the
   * button of that state. `message` may also be an ephemeral one.
   */
  press(message: SlackMessage | EphemeralMessage, button: string, by: Pressed): Promise<Taken>;
  /** Presses a button in a modal or in Home. */
  pressInView(view: OpenView, button: string, by?: Partial<Pressed>): Promise<Taken>;
  /** An interaction with this payload on top of a usual block_actions: for malformed and made-up ones. */
  pressRaw(team: string, payload: Json): Promise<Ack>;
  slash(command: SlashCommand): Promise<Taken>;
  /** A message shortcut. */
  shortcut(message: SlackMessage, shortcut: { callbackId: string; user: string }): Promise<Taken>;
  /** A global shortcut. */
  globalShortcut(shortcut: { callbackId: string; user: string }): Promise<Taken>;
  /**
   * Submits the modal with these values, by block_id or action_id; what is not named keeps its initial value.
   * `errors` are what the app refused; then the modal is still open. Throws where Slack would not let a person submit:
   * a demanded input that is empty, a text that is too long.
   */
  submitView(view: OpenView, filled?: FilledIn): Promise<Taken & { errors?: Record<string, string> }>;
  /** Closes the modal with its X; the app is told when it asked for it. */
  closeView(view: OpenView): Promise<Taken | undefined>;
}

export interface InteractionDeps {
  world: World;
  events: EventOut;
  views: OpenViews;
  responses: ResponseUrls;
  book: Book;
}
