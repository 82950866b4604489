import type { ConnectionState } from "../../domain/account.ts";
import type { Pacer } from "../contract/pacing.ts";
import type { SendOutcome } from "../contract/sending.ts";
import { refused } from "./plan.ts";
import type { CallFailure } from "./protocol.ts";

/** What a failed call of the worker means for the message it was made for. */

export const RETRY_MS = 10_000;
const BUSY_MS = 60_000;

const AGAIN = "WhatsApp is not connected at the moment. The message waits and will be tried again.";

export interface FailureTools {
  readonly accountId: string;
  readonly pacer: Pacer | undefined;
  readonly now: () => Date;
}

/** The account's pace is held up where WhatsApp asks for that. */
export async function outcomeOf(
  tools: FailureTools,
  { code, reason }: CallFailure,
  chatId: string,
): Promise<SendOutcome> {
  if (code === "not-connected") return { kind: "retry", afterMs: RETRY_MS, sentence: AGAIN };
  if (code === "not-found")
    return refused("chat-not-found", "WhatsApp does not know this chat. Check the number on the phone.");
  if (code !== "failed")
    return {
      kind: "uncertain",
      sentence:
        "The connection to WhatsApp broke while the message was being sent. Look at the phone before you send it again.",
    };
  if (/rate-overlimit|\b429\b/i.test(reason)) {
    // Said by the server when it is asked about the recipient, before anything is sent.
    await tools.pacer?.pause(tools.accountId, "", new Date(tools.now().getTime() + BUSY_MS));
    return {
      kind: "retry",
      afterMs: BUSY_MS,
      sentence: `WhatsApp asks for a pause (chat ${chatId.split("@")[0]}). The message waits and will be tried again.`,
    };
  }
  if (/No LID for user|invalid wid|wid error/i.test(reason))
    return refused("not-on-whatsapp", "This number is not on WhatsApp, or WhatsApp does not let it be written to.");
  if (/media-fault|upload failed|Invalid media|MediaPrep/i.test(reason))
    return refused("file-not-taken", "WhatsApp could not take this file. Send it in another format, or as a link.");
  return {
    kind: "uncertain",
    sentence: "WhatsApp's page failed while the message was being sent. Look at the phone before you send it again.",
  };
}

/** What a call answers while the account stands so; `undefined`: it can be made. */
export function downAs(connection: ConnectionState): SendOutcome | undefined {
  if (connection.kind === "connected") return undefined;
  if (connection.kind === "starting" || connection.kind === "transient-disconnect")
    return { kind: "retry", afterMs: RETRY_MS, sentence: AGAIN };
  return { kind: "account-down", connection };
}
