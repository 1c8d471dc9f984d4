import { expect, test } from "vitest";
import { burnCodes, linkAccounts } from "../../core/conversation/link-accounts.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import { words } from "../../core/words/words.ts";
import { openConversation } from "./conversation-house.ts";

const [ana, eve] = [asId<AccountId>("test:ana"), asId<AccountId>("other:eve")];
const say = words("en").menu.link;

test.each([
  (code: string) => `/link ${code}`,
  (code: string) => `/vincular ${code.replace("-", "")}`,
  (code: string) => `link ${code.replace("-", "").toLowerCase()} `,
  (code: string) => `my code is ${code.replace("-", "–")}, thanks`,
])("a code that is said in a chat opens nothing any more: %s", async (said) => {
  const house = await openConversation();
  const made = await linkAccounts({ account: ana, rest: "", language: "en" }, house);
  const code = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(made.text)?.[0] ?? "";
  await burnCodes(said(code), house);
  const tried = await linkAccounts({ account: eve, rest: code, language: "en" }, house);
  expect(tried).toEqual({ text: say.wrong, isWrong: true });
});
