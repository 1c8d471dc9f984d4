import { isTerminalName } from "./face-options.ts";
import type { Room } from "./room.ts";
import type { Screen } from "./screen.ts";

/** `leave` when the person wants to go; `message` when the text is no command. */
export type CommandOutcome = "done" | "leave" | "message";

/** The commands of this face; what begins with `/` and is none of them says so, and is not sent. */
export function runCommand(text: string, room: Room, screen: Screen): CommandOutcome {
  if (!text.startsWith("/")) return "message";
  const [command = "", argument = ""] = text.trim().split(/\s+/, 2);
  const say = room.words.terminal;
  switch (command.toLowerCase()) {
    case "/help":
    case "/?":
      room.notice(say.help.join("\n"));
      return "done";
    case "/as":
      named(argument, room, () => room.actAs(argument));
      return "done";
    case "/chat":
      named(argument, room, () => room.goTo(argument));
      return "done";
    case "/card":
      room.showLatestCard();
      return "done";
    case "/more":
      room.showMore();
      return "done";
    case "/clear":
      screen.clear();
      return "done";
    case "/quit":
    case "/exit":
      return "leave";
    default:
      room.notice(say.unknownCommand(command.slice(0, 40)));
      return "done";
  }
}

function named(name: string, room: Room, act: () => void): void {
  if (isTerminalName(name)) act();
  else room.notice(room.words.terminal.badName);
}
