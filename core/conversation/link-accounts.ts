import { randomInt } from "node:crypto";
import { type AuditVerb, auditEntry } from "../access/record-audit.ts";
import { sha256 } from "../domain/canonical.ts";
import type { Language } from "../domain/chat.ts";
import { type AccountId, asId, nameOf, type PersonId, type ProjectId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import type { ConversationDeps } from "./scene.ts";

/** No letter or digit that looks like another one. */
const ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789";
const CODE_LENGTH = 8;
export const LINK_CODE_MS = 10 * 60_000;
const CODES_AN_HOUR = 5;
const WRONG_TRIES_AN_HOUR = 10;
const MOST_ACCOUNTS = 10;

export interface LinkRequest {
  readonly account: AccountId;
  /** Nothing: make a code. A code: link. `unlink`: undo it. */
  readonly rest: string;
  /** What people call the account. */
  readonly name?: string;
  readonly language: Language;
}

type LinkDeps = Pick<ConversationDeps, "stores" | "clock" | "ids">;

/**
 * Makes one person of two accounts: a code is made with the one and entered with the other, each time in a private
 * answer. A code works once, for ten minutes, and is stored as a hash; an account makes five and mistypes ten an
 * hour. Every link, unlink and wrong try is in the audit log. `isWrong`: no right code was entered; whoever asks
 * decides what a stranger reads then.
 */
export async function linkAccounts(
  request: LinkRequest,
  deps: LinkDeps,
): Promise<{ readonly text: string; readonly isWrong?: boolean }> {
  const say = words(request.language).menu.link;
  const { rest } = request;
  if (rest === "") return { text: await makeCode(request, deps) };
  if (UNLINK.test(rest)) return { text: await unlink(request, deps) };
  const code = readCode(rest);
  return useCode(request, code === undefined ? undefined : hashOf(code), say, deps);
}

const UNLINK = /^(?:unlink|undo|off|desvincular|desvincula|deshacer)$/i;

/** Whether the rest of a link command enters a code, which a stranger may try, too. */
export const entersCode = (rest: string): boolean => rest !== "" && !UNLINK.test(rest);

/** What is said in a chat, others can read: codes in it are worthless from then on. */
export async function burnCodes(text: string, { stores, clock }: Pick<LinkDeps, "stores" | "clock">): Promise<void> {
  const typed = [
    /^\s*\/?(?:link|vincular)\s+(.{8,20}?)\s*$/i.exec(text)?.[1] ?? "",
    ...(text.match(SHAPE) ?? []).slice(0, MOST_BURNT),
  ];
  const codes = new Set(typed.map(readCode).filter((code) => code !== undefined));
  if (codes.size === 0) return;
  await stores.atomically(async (tx) => {
    for (const code of codes) await tx.linkCodes.take(hashOf(code), clock.nowMs());
  });
}

const SHAPE = /\b[A-Z2-9]{4}[-–][A-Z2-9]{4}\b/gi;
const MOST_BURNT = 5;

/** As people type it: any case, with or without the dash. */
function readCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s–—-]+/gu, "");
  return code.length === CODE_LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : undefined;
}

const hashOf = (code: string) => sha256(`piloto link code ${code}`);

async function makeCode({ account, language }: LinkRequest, { stores, clock }: LinkDeps): Promise<string> {
  const say = words(language).menu.link;
  const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  const isMade = await stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    if ((await tx.limits.takeCalls(counter("make", account), atMs, CODES_AN_HOUR, 1)) === 0) return false;
    await tx.linkCodes.put({ hash: hashOf(code), account, expiresAtMs: atMs + LINK_CODE_MS });
    await record(tx, account, "make-link-code", { target: account, atMs });
    return true;
  });
  const shown = `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`;
  return isMade ? say.code(shown, LINK_CODE_MS / 60_000) : say.tooManyCodes;
}

type LinkWords = ReturnType<typeof words>["menu"]["link"];

function useCode(
  { account, name }: LinkRequest,
  hash: string | undefined,
  say: LinkWords,
  { stores, clock, ids }: LinkDeps,
): Promise<{ text: string; isWrong?: boolean }> {
  const newIds = [asId<PersonId>(ids.next()), asId<PersonId>(ids.next())] as const;
  return stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    const tries = counter("try", account);
    if ((await tx.limits.takeCalls(tries, atMs, WRONG_TRIES_AN_HOUR, 1)) === 0) {
      return { text: say.tooManyTries, isWrong: true };
    }
    const maker = hash === undefined ? undefined : await tx.linkCodes.take(hash, atMs);
    if (maker === undefined) {
      await record(tx, account, "refuse-link", { target: account, atMs });
      return { text: say.wrong, isWrong: true };
    }
    await tx.limits.giveCallsBack(tries, atMs, 1);
    if (maker === account) return { text: say.own };
    const one = await tx.people.ensure(maker, nameOf(maker), newIds[0]);
    const other = await tx.people.ensure(account, shownName(name, account), newIds[1]);
    if (one.id === other.id) return { text: say.same(maker) };
    if (one.accounts.length + other.accounts.length > MOST_ACCOUNTS) {
      return { text: say.tooManyAccounts(MOST_ACCOUNTS) };
    }
    for (const moved of other.accounts) await tx.people.link(moved, one.id);
    const detail = { with: [...one.accounts] };
    await record(tx, account, "link-account", { target: account, atMs, detail });
    await record(tx, account, "link-account", { target: maker, atMs, detail: { with: [...other.accounts] } });
    return { text: say.done(one.accounts.join(", ")) };
  });
}

async function unlink({ account, language, name }: LinkRequest, { stores, clock, ids }: LinkDeps): Promise<string> {
  const newId = asId<PersonId>(ids.next());
  const say = words(language).menu;
  return stores.atomically(async (tx) => {
    const person = await tx.people.of(account);
    const others = person?.accounts.filter((other) => other !== account) ?? [];
    if (others.length === 0) return say.notLinked;
    await tx.people.unlink(account, shownName(name, account), newId);
    const atMs = clock.nowMs();
    await record(tx, account, "unlink-account", { target: account, atMs, detail: { from: others } });
    for (const target of others) {
      await record(tx, account, "unlink-account", { target, atMs, detail: { from: [account] } });
    }
    return say.link.undone(others.join(", "));
  });
}

const MAX_NAME = 60;
const shownName = (name: string | undefined, account: AccountId) => plainLine(name ?? "", MAX_NAME) || nameOf(account);

/** Counted like the calls of a project of its own: an hour at a time, for all processes. */
const counter = (what: "make" | "try", account: AccountId) => asId<ProjectId>(`piloto:link-${what}:${account}`);

function record(
  tx: Tx,
  by: AccountId,
  did: AuditVerb,
  { target, atMs, detail }: { target: AccountId; atMs: number; detail?: JsonObject },
): Promise<void> {
  return tx.audit.append(auditEntry(by, did, `account:${target}`.slice(0, 200), atMs, detail));
}
