import type { InlineKeyboardMarkup, ReplyKeyboardMarkup } from "grammy/types";
import type { Content } from "../../domain/message.ts";
import type { ChatRef } from "./chat-ref.ts";
import type { Refused } from "./outcomes.ts";

/**
 * Buttons as Telegram has them: links stand under their message for good; answers and "share my number" are a keyboard
 * in place of the customer's own, which their app puts away once it was used (`one_time_keyboard`), so that nothing has
 * to be remembered here to take it away later.
 */
export type Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup;

export type Buttons = { readonly kind: "markup"; readonly markup: Markup | undefined } | Refused;

/** @returns the markup, `undefined` for a message without buttons, or why Telegram could not show them */
export function markupOf({ buttons = [] }: Content, ref: ChatRef): Buttons {
  const rows = buttons.filter((row) => row.length > 0);
  const all = rows.flat();
  if (all.length === 0) return { kind: "markup", markup: undefined };
  if (all.some((button) => button.text.trim() === "")) return refused("A button has no text. Write what it says.");
  const links = all.filter((button) => button.kind === "link");
  if (links.length > 0 && links.length < all.length)
    return refused("Telegram shows links or answers under one message, not both. Send them as two messages.");
  if (links.some(({ url }) => !/^(https?|tg):\/\//i.test(url) || url.length > 2_048))
    return refused("A button's link is not a web address. It begins with https://.");
  if (links.length > 0) {
    const inline = rows.map((row) =>
      row.flatMap((one) => (one.kind === "link" ? [{ text: one.text, url: one.url }] : [])),
    );
    return { kind: "markup", markup: { inline_keyboard: inline } };
  }
  if (ref.business !== undefined)
    return refused("In chats of a business account Telegram shows buttons with links only. Write the choices as text.");
  if (ref.chat < 0 && all.some((button) => button.kind === "share-phone"))
    return refused("In a group Telegram lets nobody be asked for their number. Ask them in a chat of their own.");
  const keyboard = rows.map((row) =>
    row.map(({ kind, text }) => (kind === "share-phone" ? { text, request_contact: true } : { text })),
  );
  return { kind: "markup", markup: { keyboard, resize_keyboard: true, one_time_keyboard: true } };
}

function refused(sentence: string): Refused {
  return { kind: "refused", code: "bad-buttons", sentence };
}
