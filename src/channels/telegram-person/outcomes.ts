import type { ConnectionState } from "../../domain/account.ts";
import type { SendOutcome } from "../contract/sending.ts";
import { type CallFailure, floodSeconds, says } from "./client.ts";

/**
 * What a failed call means for a message, and the sentence an agent reads. Pure. Error texts:
 * core.telegram.org/api/errors and the lists under each method.
 */

const RETRY_UNREACHABLE_MS = 5_000;

/** The session is over; only signing in again helps. */
const SESSION_OVER = [
  "AUTH_KEY_UNREGISTERED",
  "AUTH_KEY_INVALID",
  "AUTH_KEY_DUPLICATED",
  "AUTH_KEY_PERM_EMPTY",
  "SESSION_REVOKED",
  "SESSION_EXPIRED",
] as const;

export const loggedOut: ConnectionState = {
  kind: "logged-out",
  sentence:
    "Telegram ended this session: it was closed on another device or ran out. Open the channel's settings and sign in again.",
};

const deactivated: ConnectionState = {
  kind: "failed",
  sentence: "Telegram has deactivated or banned this account. Look into the Telegram app of its owner for the reason.",
};

const frozen: ConnectionState = {
  kind: "failed",
  sentence:
    "Telegram has frozen this account: it may read but not write. The Telegram app of its owner shows why and how to appeal.",
};

/** The state of the account that this failure proves; `undefined` when it says nothing about the account. */
export function accountState(failure: CallFailure): ConnectionState | undefined {
  if (says(failure, ...SESSION_OVER)) return loggedOut;
  if (says(failure, "USER_DEACTIVATED", "USER_DEACTIVATED_BAN")) return deactivated;
  if (failure.kind === "refused" && failure.text.startsWith("FROZEN_")) return frozen;
  return failure.kind === "refused" && failure.code === 401 && failure.text !== "SESSION_PASSWORD_NEEDED"
    ? loggedOut
    : undefined;
}

export function outcomeOf(failure: CallFailure): SendOutcome {
  const connection = accountState(failure);
  if (connection) return { kind: "account-down", connection };
  if (failure.kind === "not-connected") {
    return {
      kind: "retry",
      afterMs: RETRY_UNREACHABLE_MS,
      sentence: "Telegram cannot be reached. The message will be tried again.",
    };
  }
  if (failure.kind === "unknown") {
    return {
      kind: "uncertain",
      sentence: "Telegram's answer did not arrive, so the message may or may not have been delivered.",
    };
  }
  const seconds = floodSeconds(failure);
  if (seconds !== undefined) {
    return {
      kind: "retry",
      afterMs: Math.max(1, seconds) * 1_000,
      sentence: failure.text.startsWith("SLOWMODE")
        ? `The group lets its members write once in a while only; the next time is in ${spoken(seconds)}. The message will be sent then.`
        : `Telegram asks for a pause of ${spoken(seconds)}. The message will be sent after it.`,
    };
  }
  const rule = RULES.find((one) => says(failure, ...one.texts));
  if (rule) return { kind: "refused", code: rule.code, sentence: rule.sentence };
  if (failure.code >= 500) {
    return {
      kind: "uncertain",
      sentence: `Telegram had an error (${failure.text}), so the message may or may not have been delivered.`,
    };
  }
  return {
    kind: "refused",
    code: `telegram-${failure.code}`,
    sentence: `Telegram refused the message (${failure.text}). Try it in the Telegram app to see why.`,
  };
}

/** "45 seconds", "2 minutes", "3 hours". */
export function spoken(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`;
}

interface Rule {
  readonly texts: readonly string[];
  readonly code: string;
  readonly sentence: string;
}

const RULES: readonly Rule[] = [
  {
    texts: ["PEER_FLOOD"],
    code: "peer-flood",
    sentence:
      "Telegram does not let this account write to new people at the moment, because it did so too often. Answers to people who wrote first still go; first messages are stopped for today.",
  },
  {
    texts: ["USER_PRIVACY_RESTRICTED", "USER_NOT_MUTUAL_CONTACT"],
    code: "privacy",
    sentence: "This person's privacy settings do not let this account write to them. Reach them another way.",
  },
  {
    texts: ["PRIVACY_PREMIUM_REQUIRED", "ALLOW_PAYMENT_REQUIRED"],
    code: "premium-required",
    sentence:
      "This person takes messages from strangers only with Telegram Premium or for payment. Reach them another way.",
  },
  {
    texts: ["USER_IS_BLOCKED"],
    code: "blocked",
    sentence: "This person has blocked the account, so nothing can be sent to them.",
  },
  {
    texts: ["YOU_BLOCKED_USER"],
    code: "blocked-by-us",
    sentence: "The account has blocked this person. Unblock them in the Telegram app, then send again.",
  },
  { texts: ["INPUT_USER_DEACTIVATED"], code: "deleted", sentence: "This person has deleted their Telegram account." },
  {
    texts: [
      "PEER_ID_INVALID",
      "CHAT_ID_INVALID",
      "CHANNEL_INVALID",
      "CHANNEL_PRIVATE",
      "USER_ID_INVALID",
      "INPUT_USER_INVALID",
    ],
    code: "chat-not-found",
    sentence: "Telegram no longer knows this chat, or the account is not in it any more.",
  },
  {
    texts: [
      "CHAT_WRITE_FORBIDDEN",
      "CHAT_RESTRICTED",
      "CHAT_GUEST_SEND_FORBIDDEN",
      "USER_BANNED_IN_CHANNEL",
      "CHAT_ADMIN_REQUIRED",
      "CHAT_SEND_PLAIN_FORBIDDEN",
    ],
    code: "no-rights",
    sentence: "The account is not allowed to write in this group. One of its administrators can allow it.",
  },
  {
    texts: ["VOICE_MESSAGES_FORBIDDEN"],
    code: "no-voice",
    sentence: "This person does not take voice messages. Write it, or send it as a file.",
  },
  {
    texts: [
      "CHAT_SEND_MEDIA_FORBIDDEN",
      "CHAT_SEND_PHOTOS_FORBIDDEN",
      "CHAT_SEND_VIDEOS_FORBIDDEN",
      "CHAT_SEND_DOCS_FORBIDDEN",
      "CHAT_SEND_VOICES_FORBIDDEN",
      "CHAT_SEND_AUDIOS_FORBIDDEN",
      "CHAT_SEND_STICKERS_FORBIDDEN",
      "CHAT_SEND_GIFS_FORBIDDEN",
    ],
    code: "no-files",
    sentence: "This group does not take such files. Send a text or a link instead.",
  },
  {
    texts: ["MESSAGE_TOO_LONG", "MEDIA_CAPTION_TOO_LONG"],
    code: "too-long",
    sentence: "The text is too long for Telegram. Shorten it or send it in two messages.",
  },
  {
    texts: ["MESSAGE_EMPTY", "MEDIA_EMPTY"],
    code: "empty",
    sentence: "The message has nothing that Telegram could show.",
  },
  {
    texts: ["FILE_PARTS_INVALID", "FILE_PART_SIZE_INVALID", "FILE_PART_TOO_BIG"],
    code: "file-too-big",
    sentence: "The file is too big for Telegram. Send a link to it instead.",
  },
  {
    texts: [
      "PHOTO_INVALID_DIMENSIONS",
      "PHOTO_EXT_INVALID",
      "PHOTO_SAVE_FILE_INVALID",
      "PHOTO_INVALID",
      "IMAGE_PROCESS_FAILED",
    ],
    code: "bad-photo",
    sentence: "Telegram cannot read this picture. Send it as a file.",
  },
  {
    texts: ["MEDIA_INVALID", "VIDEO_FILE_INVALID", "FILE_REFERENCE_INVALID", "MEDIA_FILE_INVALID"],
    code: "bad-file",
    sentence: "Telegram cannot read this file. Attach it again, or pack it into an archive.",
  },
  {
    texts: ["MESSAGE_ID_INVALID", "MSG_ID_INVALID"],
    code: "message-gone",
    sentence: "The message is no longer in the chat, so nothing can be done with it.",
  },
  {
    texts: ["MESSAGE_EDIT_TIME_EXPIRED"],
    code: "too-old",
    sentence: "Telegram lets messages be changed for 48 hours only. Send a correction instead.",
  },
  { texts: ["MESSAGE_AUTHOR_REQUIRED"], code: "not-ours", sentence: "Only messages of this account can be changed." },
  {
    texts: ["MESSAGE_DELETE_FORBIDDEN"],
    code: "no-rights",
    sentence: "Telegram does not let this account take that message back. The others still see it.",
  },
  {
    texts: ["REACTION_INVALID", "REACTION_EMPTY", "REACTIONS_TOO_MANY"],
    code: "bad-reaction",
    sentence: "This emoji is not among the reactions of this chat. Choose another one.",
  },
  {
    texts: ["ENTITY_BOUNDS_INVALID", "ENTITIES_TOO_LONG", "ENTITY_MENTION_USER_INVALID"],
    code: "bad-formatting",
    sentence: "Telegram does not accept the formatting of this text. Send it as plain text.",
  },
];
