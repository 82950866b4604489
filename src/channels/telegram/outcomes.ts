import type { ConnectionState } from "../../domain/account.ts";
import type { SendOutcome } from "../contract/sending.ts";
import type { Failure } from "./api.ts";

/** What a failed call means for a message, and the sentence an agent reads. Pure. */

export type Refused = Extract<SendOutcome, { kind: "refused" }>;

/** How long to wait before a call that certainly did not happen is tried again, in milliseconds. */
const RETRY_UNREACHABLE_MS = 5_000;
/** Telegram names the time with every 429; this is for an answer that forgot it. */
const RETRY_FLOOD_MS = 5_000;

export const badToken: ConnectionState = {
  kind: "bad-credentials",
  sentence:
    "Telegram no longer accepts this bot's token. Take the current one from @BotFather (/mybots, then “API Token”) and enter it in the settings.",
};

/**
 * Outcome of a call that was to send something.
 *
 * A 5xx counts as uncertain: the error may come from a server in front of the one that already did the work (502, 504),
 * and the Bot API server itself answers 500 when it does not know how its request to Telegram ended ("Request aborted",
 * tdlib/telegram-bot-api). Bot API calls carry no key to recognise a repetition by, so repeating could send twice.
 */
export function outcomeOf(failure: Failure): SendOutcome {
  switch (failure.kind) {
    case "not-connected":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: `Telegram cannot be reached (${failure.reason}). The message has not left and will be tried again.`,
      };
    case "file-unreadable":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: "The attached file could not be read. The message has not left and will be tried again.",
      };
    case "aborted":
    case "unknown":
      return uncertain(failure.kind === "unknown" ? failure.reason : "the call was broken off");
    case "refused":
      return answeredOutcome(failure);
    default:
      return failure satisfies never;
  }
}

function answeredOutcome(failure: Extract<Failure, { kind: "refused" }>): SendOutcome {
  const { code, description } = failure;
  if (code === 429) return floodOutcome(failure);
  if (failure.movedTo !== undefined) return { kind: "moved", toChatId: String(failure.movedTo), idsEnd: true };
  if (isBadToken(code, description)) return { kind: "account-down", connection: badToken };
  if (code >= 500) return uncertain(`Telegram answered with error ${code}`);
  return refusal(code, description);
}

/** 401: revoked or wrong; 404 "Not Found": what Telegram's servers say to something that is no token at all. */
export function isBadToken(code: number, description: string): boolean {
  return code === 401 || (code === 404 && !/method/i.test(description));
}

export function retryMs(failure: Extract<Failure, { kind: "refused" }>): number {
  return failure.retryAfterSeconds === undefined ? RETRY_FLOOD_MS : Math.max(failure.retryAfterSeconds, 1) * 1_000;
}

function floodOutcome(failure: Extract<Failure, { kind: "refused" }>): SendOutcome {
  const afterMs = retryMs(failure);
  const seconds = Math.ceil(afterMs / 1_000);
  return {
    kind: "retry",
    afterMs,
    sentence: `Telegram asks for a pause of ${seconds} s. The message will be sent after it.`,
  };
}

function uncertain(reason: string): SendOutcome {
  return {
    kind: "uncertain",
    sentence: `The message may not have been delivered: ${reason}. Ask the customer or look into the chat before sending it again.`,
  };
}

interface Rule {
  readonly pattern: RegExp;
  readonly code: string;
  readonly sentence: string;
}

/** Descriptions of the public server (tdlib/telegram-bot-api and tdlib/td), matched without regard to case. */
const RULES: readonly Rule[] = [
  {
    pattern: /business_peer_usage_missing/,
    code: "business-window",
    sentence:
      "The bot may answer for a business account only within 24 hours of the customer's message. Answer from the account itself.",
  },
  {
    pattern: /business.?connection|business_peer|bot_business|bot_access_forbidden/,
    code: "business-disconnected",
    sentence:
      "The business account does not let the bot answer for it any more. Its owner can allow it in Telegram: Settings, Business, Chatbots.",
  },
  {
    pattern: /blocked by the user/,
    code: "blocked",
    sentence: "The customer has blocked the bot. Use another channel to reach them.",
  },
  {
    pattern: /user is deactivated/,
    code: "deactivated",
    sentence: "The customer's Telegram account no longer exists. Use another channel to reach them.",
  },
  {
    pattern: /can't initiate conversation/,
    code: "not-started",
    sentence:
      "Telegram lets a bot write only to people who wrote to it first. Ask the customer to open the bot and press Start.",
  },
  {
    pattern: /bot can't send messages to bots/,
    code: "is-a-bot",
    sentence: "This chat is with another bot, and bots cannot write to each other.",
  },
  {
    pattern: /kicked|not a member|chat was deleted/,
    code: "not-in-chat",
    sentence: "The bot is no longer in this group. Add it again to write there.",
  },
  {
    pattern: /upgraded to a supergroup/,
    code: "group-moved",
    sentence: "The group became a supergroup and goes on as a new conversation. Answer there.",
  },
  {
    pattern: /chat not found|peer_id_invalid|user not found/,
    code: "chat-not-found",
    sentence: "Telegram does not know this chat. The customer may have deleted their account or never opened this bot.",
  },
  {
    pattern: /voice_messages_forbidden/,
    code: "voice-forbidden",
    sentence: "The customer does not accept voice messages. Write a text or send the recording as a file.",
  },
  {
    pattern: /not enough rights|have no rights|chat_write_forbidden|chat_send_\w+_forbidden|chat_restricted/,
    code: "no-rights",
    sentence: "The bot is not allowed to write this in the group. A group administrator can allow it.",
  },
  {
    pattern: /caption is too long|media_caption_too_long/,
    code: "too-long",
    sentence: "The text under the file is too long for Telegram. Shorten it or send it as a separate message.",
  },
  {
    pattern: /message is too long|text is too long|message_too_long/,
    code: "too-long",
    sentence: "The text is too long for Telegram. Shorten it.",
  },
  {
    pattern: /text is empty|text must be non-empty/,
    code: "empty",
    sentence: "The message has no text that Telegram could show.",
  },
  {
    pattern: /file is too big|entity too large|file_parts_invalid/,
    code: "file-too-big",
    sentence: "The file is too big: Telegram takes files of up to 50 MB from bots. Send a link to it instead.",
  },
  {
    pattern:
      /photo_invalid_dimensions|image_process_failed|photo_ext_invalid|wrong type of the web page content|photo_save_file_invalid/,
    code: "bad-photo",
    sentence: "Telegram cannot read this picture. Send it as a file.",
  },
  {
    pattern: /file must be non-empty|file_part_0_missing/,
    code: "file-empty",
    sentence: "The file is empty. Attach it again.",
  },
  {
    pattern: /wrong file|wrong remote file|file_id|file_reference/,
    code: "bad-file",
    sentence: "Telegram does not accept this file. Attach it again.",
  },
  {
    pattern: /message to edit not found|message_id_invalid/,
    code: "message-gone",
    sentence: "The message is no longer in the chat, so it cannot be changed.",
  },
  {
    pattern: /message can't be edited/,
    code: "not-editable",
    sentence: "Telegram does not let this message be changed any more.",
  },
  {
    pattern: /message can't be deleted|message_delete_forbidden/,
    code: "too-old",
    sentence: "Telegram lets a bot take back messages of the last 48 hours only. The customer still sees it.",
  },
  {
    pattern: /replied not found|message to (be )?repl/,
    code: "quote-gone",
    sentence: "The quoted message is no longer in the chat. Send the answer without the quote.",
  },
  {
    pattern: /can't parse entities|entity/,
    code: "bad-formatting",
    sentence: "Telegram does not accept the formatting of this text. Send it as plain text.",
  },
  {
    pattern: /utf-8/,
    code: "bad-text",
    sentence: "The text holds characters that Telegram does not take. Type it again.",
  },
];

function refusal(code: number, description: string): Refused {
  const text = description.toLowerCase();
  const rule = RULES.find((one) => one.pattern.test(text));
  if (rule) return { kind: "refused", code: rule.code, sentence: rule.sentence };
  const reason = description.replace(/^(Bad Request|Forbidden|Not Found|Conflict):\s*/i, "").trim() || `error ${code}`;
  return { kind: "refused", code: `telegram-${code}`, sentence: `Telegram refused the message: ${reason}` };
}

/** Whether Telegram said, in these words, that nothing had to be done. */
export function saysNotModified(failure: Failure): boolean {
  return failure.kind === "refused" && /message.is.not.modified|message_not_modified/i.test(failure.description);
}

export function saysNothingToDelete(failure: Failure): boolean {
  return failure.kind === "refused" && /message to delete not found/i.test(failure.description);
}

/** The message to edit carries a file: its text is a caption. */
export function saysNoText(failure: Failure): boolean {
  return failure.kind === "refused" && /there is no text in the message to edit/i.test(failure.description);
}

/** A picture Telegram cannot make a photo of; as a document it goes. */
export function saysBadPicture(failure: Failure): boolean {
  if (failure.kind !== "refused" || failure.code !== 400) return false;
  return refusal(failure.code, failure.description).code === "bad-photo";
}
