import type { Person } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import { nameOf } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import { whoText } from "./who-text.ts";
import { words } from "./words.ts";

/** What the accounts of some sentences are called in them. One that is absent is called as its face calls it. */
export type Names = ReadonlyMap<AccountId, string>;

/** More accounts than that do not stand on one card. */
const MOST = 20;
const MAX_NAME = 60;

interface Called {
  readonly account: AccountId;
  /** The person, or the account itself when nobody knows whose it is. */
  readonly person: string;
  readonly name: string;
}

/**
 * What people are called where these accounts are named together, read in the caller's transaction: at most 20. Names
 * are what anybody calls themself: when two people have the same one, or one sounds like Piloto, like everybody or
 * like an account, the account's own name stands behind it in parentheses.
 */
export async function namesOf(
  tx: { readonly people: { of(account: AccountId): Promise<Person | undefined> } },
  accounts: Iterable<AccountId | undefined>,
): Promise<Names> {
  const named = [...new Set(accounts)].filter((one) => one !== undefined && one !== PILOTO && !/[:/]\*$/.test(one));
  const called: Called[] = [];
  for (const account of (named as AccountId[]).slice(0, MOST)) {
    const person = await tx.people.of(account);
    const name = person === undefined ? "" : plainName(person.name);
    called.push({ account, person: person?.id ?? account, name: name || whoText(account) });
  }
  return toldApart(called);
}

/** What a sentence calls them. */
export const named = (account: AccountId, names: Names | undefined): string => names?.get(account) ?? whoText(account);

const PILOTO = "piloto" as AccountId;

/** A name is no part of a sentence: it holds no list and ends none. */
function plainName(name: string): string {
  const inWords = plainLine(name, MAX_NAME * 2).replace(/[,;:·|"“”«»]/gu, " ");
  return plainLine(inWords.replace(/(?<=[\p{L}\p{N}]{4})[.!?…]+(?=\s)/gu, ""), MAX_NAME);
}

function toldApart(called: readonly Called[]): Map<AccountId, string> {
  const shown = new Map(called.map((one) => [one.account, pretends(one) ? withAccount(one) : one.name]));
  // Whoever calls themself what another one is shown as only now is told apart in the next round.
  for (let round = 0; round < called.length; round++) {
    const alike = called.filter((one) => called.some((other) => areAlike(one, other, shown)));
    for (const one of alike) shown.set(one.account, withAccount(one));
    if (alike.length === 0) break;
  }
  return shown;
}

function areAlike(one: Called, other: Called, shown: Names): boolean {
  const [name = "", otherName = ""] = [shown.get(one.account), shown.get(other.account)];
  return one.person !== other.person && name === one.name && soundOf(name) === soundOf(otherName);
}

function withAccount({ account, name }: Called): string {
  const own = whoText(account);
  return `${name} (${soundOf(own) === soundOf(name) ? plainLine(account, MAX_NAME) : own})`;
}

/** Letters of other alphabets that look like Latin ones, and those that look like each other. */
const LOOKS = new Map(
  [
    "аaαa",
    "вb",
    "еeεe",
    "нh",
    "іiιiӏiliıi1i",
    "кkκk",
    "мm",
    "оoοo0o",
    "рpρp",
    "сc",
    "тtτt",
    "уyυy",
    "хxχx",
    "νv",
  ].flatMap((pairs) => (pairs.match(/../gu) ?? []).map((pair) => [[...pair][0], [...pair][1]] as [string, string])),
);

/** Two names with the same sound may be taken for each other: no case, accents, spaces or signs. */
function soundOf(name: string): string {
  const letters = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  return [...letters].map((letter) => LOOKS.get(letter) ?? letter).join("") || name;
}

const SAID = [words("en"), words("es")];
const ANYBODY = SAID.map(({ card }) => card.anyoneOn(""));
const SOMEBODY = ["piloto", ...SAID.map((say) => say.conversation.somebody), ...ANYBODY.map((it) => it.split(" ")[0]!)];
/** Taken by no person, as a whole or as one of several words. */
const TAKEN = SOMEBODY.map(soundOf);
const TAKEN_BEGINNINGS = ANYBODY.map(soundOf);
const LOOKS_LIKE_ACCOUNT = /\d{15,}|\d\S*\/|\/\S*\d/;

/** Sounds like Piloto, like everybody, or like the account of somebody else. */
function pretends({ account, name }: Called): boolean {
  const sounds = [name, ...name.split(/[^\p{L}\p{N}\p{M}]+/u)].map(soundOf);
  if (sounds.some((sound) => TAKEN.includes(sound))) return true;
  if (TAKEN_BEGINNINGS.some((taken) => sounds[0]?.startsWith(taken))) return true;
  return LOOKS_LIKE_ACCOUNT.test(name) && name !== nameOf(account) && name !== whoText(account);
}
