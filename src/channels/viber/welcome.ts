import type { Account } from "../../domain/account.ts";
import { DEFAULT_PHONE_BUTTON, readSettings, senderOf } from "./about.ts";
import { keyboardOf } from "./keyboard.ts";
import { sendable } from "./text.ts";

/** The message that the answer to `conversation_started` may carry: like one to be sent, without a receiver. */
export function welcomeOf(account: Account): object | undefined {
  const { welcome, askPhone, phoneButton } = readSettings(account);
  const text = sendable(welcome).trim();
  if (text === "") return undefined;
  const words = phoneButton === "" ? DEFAULT_PHONE_BUTTON : phoneButton;
  const made = keyboardOf(askPhone ? [[{ kind: "share-phone", text: words }]] : []);
  return { sender: senderOf(account), type: "text", text, ...(made.kind === "part" && made.part) };
}
