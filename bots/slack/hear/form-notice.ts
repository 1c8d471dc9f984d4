import type { ModalView } from "@slack/types";
import type { Language } from "../../../core/domain/chat.ts";
import { cutAt, plainText } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { richText, run, section } from "../show/rich-text.ts";

/** In place of a form that was sent: that nothing was kept, and why. */
export function formNotice(text: string, language: Language): { response_action: "update"; view: ModalView } {
  const say = words(language);
  const view: ModalView = {
    type: "modal",
    title: { type: "plain_text", text: cutAt(say.inbox.edit.notKept, 24) },
    close: { type: "plain_text", text: cutAt(say.chatApp.edit.close, 24) },
    blocks: [richText([section(run(cutAt(plainText(text), 2_500)))])],
  };
  return { response_action: "update", view };
}
