import type { Button } from "../../domain/message.ts";
import type { Refused } from "./outcomes.ts";
import { sendable } from "./text.ts";

/** Buttons as Viber's keyboards ("Keyboards" of the API documentation). Pure. */

/** Comes back with the customer's answer, and tells that a number in it was asked for. */
export const PHONE_ASKED = "threadline:share-phone";
/** The API level from which phones know `share-phone`. */
const SHARE_PHONE_LEVEL = 3;
/** Width of a keyboard. */
const COLUMNS = 6;
/** Rows a keyboard can have ("Developers FAQ"). */
const MOST_ROWS = 12;
/** Characters on a button. */
const MOST_WORDS = 250;

export interface KeyboardPart {
  readonly keyboard: { readonly Type: "keyboard"; readonly DefaultHeight: false; readonly Buttons: readonly object[] };
  readonly min_api_version?: number;
  readonly tracking_data?: string;
}

/** What buttons add to a message; nothing for none. Rows of more than six go on in the next. */
export function keyboardOf(
  rows: readonly (readonly Button[])[] = [],
): { readonly kind: "part"; readonly part: KeyboardPart | Record<string, never> } | Refused {
  const lines = rows.flatMap(chunk).filter((row) => row.length > 0);
  if (lines.length === 0) return { kind: "part", part: {} };
  if (lines.length > MOST_ROWS) {
    return refused(
      `Viber shows at most ${MOST_ROWS} rows of buttons; this message has ${lines.length}. Take some away.`,
    );
  }
  const buttons = lines.flat();
  if (buttons.some((button) => button.text.trim() === "" || button.text.length > MOST_WORDS)) {
    return refused(`A button needs words, at most ${MOST_WORDS} characters of them. Change the buttons.`);
  }
  if (buttons.some((button) => button.kind === "link" && !isWebAddress(button.url))) {
    return refused("A button's link must start with https:// or http://. Change the link.");
  }
  const asksPhone = buttons.some((button) => button.kind === "share-phone");
  const Buttons = lines.flatMap((row) => row.map((button, at) => buttonOf(button, widthOf(row.length, at))));
  return {
    kind: "part",
    part: {
      keyboard: { Type: "keyboard", DefaultHeight: false, Buttons },
      ...(asksPhone && { min_api_version: SHARE_PHONE_LEVEL, tracking_data: PHONE_ASKED }),
    },
  };
}

function buttonOf(button: Button, columns: number): object {
  const words = sendable(button.text);
  const look = { Columns: columns, Rows: 1, Text: escapeHtml(words), TextSize: "regular" };
  switch (button.kind) {
    case "reply":
      return { ...look, ActionType: "reply", ActionBody: words };
    case "link":
      // Silent: else the press would be shown, and told to us, as a message of the customer.
      return { ...look, ActionType: "open-url", ActionBody: button.url, Silent: true };
    case "share-phone":
      return { ...look, ActionType: "share-phone", ActionBody: "share-phone" };
    default:
      return button satisfies never;
  }
}

/** Viber reads some HTML in a button's words. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Shares of the width, as even as whole columns allow, the first ones wider. */
function widthOf(count: number, at: number): number {
  return Math.floor(COLUMNS / count) + (at < COLUMNS % count ? 1 : 0);
}

function chunk(row: readonly Button[]): Button[][] {
  return Array.from({ length: Math.ceil(row.length / COLUMNS) }, (_, at) =>
    row.slice(at * COLUMNS, (at + 1) * COLUMNS),
  );
}

function isWebAddress(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === "https:" || parsed?.protocol === "http:";
}

function refused(sentence: string): Refused {
  return { kind: "refused", code: "bad-buttons", sentence };
}
