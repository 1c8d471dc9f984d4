import { words } from "../../../core/words/words.ts";

/**
 * The commands that Piloto registers in a server, in English with Spanish beside it.
 * https://discord.com/developers/docs/interactions/application-commands
 */
export function commandsOfPiloto(): readonly object[] {
  return [
    { type: 1, name: "piloto", ...described("root"), options: subcommands() },
    {
      type: 3,
      name: say("en").planFromMessage,
      name_localizations: localized("planFromMessage"),
    },
  ];
}

const say = (language: "en" | "es") => words(language).chatFace.commands;
type Described = Exclude<keyof ReturnType<typeof say>, "options" | "languages">;
type Optional = keyof ReturnType<typeof say>["options"];

const SPANISH = ["es-ES", "es-419"] as const;
const localized = (name: Described) => Object.fromEntries(SPANISH.map((locale) => [locale, say("es")[name]]));

function described(name: Described) {
  return { description: say("en")[name], description_localizations: localized(name) };
}

function option(name: Optional, more: object = {}) {
  const { options } = say("en");
  const spanish = say("es").options[name];
  return {
    type: 3,
    name,
    description: options[name],
    description_localizations: Object.fromEntries(SPANISH.map((locale) => [locale, spanish])),
    required: true,
    ...more,
  };
}

function subcommands(): object[] {
  const sub = (name: Described, options: object[] = []) => ({ type: 1, name, ...described(name), options });
  const completed = { autocomplete: true };
  const { languages } = say("en");
  const choices = (["en", "es"] as const).map((value) => ({ name: languages[value], value }));
  return [
    sub("ask", [option("text", { max_length: 4000 })]),
    sub("plan", [option("text", { max_length: 4000 })]),
    sub("call", [
      option("service", completed),
      option("operation", completed),
      option("arguments", { required: false, max_length: 4000 }),
    ]),
    sub("runs"),
    sub("status", [option("run", { required: false, ...completed })]),
    sub("stop"),
    sub("services"),
    sub("fleet"),
    sub("help"),
    sub("whoami"),
    sub("language", [option("language", { choices })]),
    sub("link", [option("code", { required: false, max_length: 100 })]),
  ];
}
