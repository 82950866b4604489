import type { ConnectionState } from "../../domain/account.ts";
import type { SendOutcome } from "../contract/sending.ts";
import type { Failure } from "./api.ts";

/** What a failed call means for a message and for its account, with the sentence a person reads. Pure. */

export type Refused = Extract<SendOutcome, { kind: "refused" }>;

const RETRY_UNREACHABLE_MS = 5_000;
/**
 * Viber names no time with "too many requests". Its limit is 100 messages an hour to one person who does not answer, and
 * it ends with their answer, so that a look three times a minute is soon enough.
 */
export const RETRY_FLOOD_MS = 20_000;

/** "Too many requests" of the table of error codes. */
const TOO_MANY = 12;

export function saysTooMany(failure: Failure): boolean {
  return failure.kind === "refused" && failure.status === TOO_MANY;
}

/** Codes that speak of the account and not of a message. */
const ACCOUNT_STATES: Readonly<Record<number, ConnectionState>> = {
  2: {
    kind: "bad-credentials",
    sentence:
      "Viber does not accept this bot's token. Copy it anew in Viber (More, Settings, Bots, Edit info, Your app key) and enter it in the settings.",
  },
  7: { kind: "failed", sentence: "Viber has blocked this bot. Write to Viber's support to have it opened again." },
  8: {
    kind: "bad-credentials",
    sentence: "The token belongs to no Viber bot any more. Enter the token of a bot that exists.",
  },
  9: { kind: "failed", sentence: "Viber has suspended this bot. Write to Viber's support to have it opened again." },
  10: {
    kind: "failed",
    sentence: "Viber has no webhook for this bot, so it takes no messages for it. Press “Reconnect” in the settings.",
  },
  15: { kind: "failed", sentence: "Viber has not authorised this bot to write. Write to Viber's support." },
  22: {
    kind: "failed",
    sentence: "Viber says that this bot may not send messages of this kind. Write to Viber's support.",
  },
};

/** The other codes of the table "Error codes" of the REST API. */
const REFUSALS: Readonly<Record<number, { readonly code: string; readonly sentence: string }>> = {
  1: {
    code: "invalid-url",
    sentence: "Viber could not use the address of the file. Check that PUBLIC_URL can be reached from the internet.",
  },
  3: { code: "bad-data", sentence: "Viber does not take a message of this form. Change it and send it again." },
  4: { code: "missing-data", sentence: "Viber misses something in this message. Change it and send it again." },
  5: {
    code: "not-registered",
    sentence: "The customer's Viber account no longer exists. Use another channel to reach them.",
  },
  6: {
    code: "not-subscribed",
    sentence:
      "The customer is not subscribed to the bot (never wrote, or unsubscribed). Viber lets a bot write only after they write to it.",
  },
  11: {
    code: "no-suitable-device",
    sentence: "The customer's Viber is too old or on a device that shows no bots. Use another channel to reach them.",
  },
  13: {
    code: "client-too-old",
    sentence: "The customer's Viber is too old for this message. Send it without the button that asks for a number.",
  },
  14: {
    code: "client-too-old",
    sentence: "The customer's Viber cannot show a part of this message. Send it without buttons.",
  },
  16: { code: "not-allowed", sentence: "Viber does not allow this message in this chat." },
  17: { code: "not-allowed", sentence: "Viber does not allow this bot to write into this chat." },
  18: { code: "not-allowed", sentence: "Viber says that this bot has no chat it could write to." },
  19: { code: "not-allowed", sentence: "Viber does not let this bot send to many people at once." },
  20: { code: "not-allowed", sentence: "Viber does not let this bot send to many people at once." },
  21: { code: "country", sentence: "Viber does not deliver messages of this bot to the customer's country." },
  23: {
    code: "free-messages-used",
    sentence:
      "The bot has used up this month's free messages outside of a talk. It can answer when the customer writes again.",
  },
  24: {
    code: "no-balance",
    sentence: "The bot's balance at Viber is used up. It can answer when the customer writes again, or after payment.",
  },
};

/**
 * Outcome of a call that was to send something. A status that the table does not name ("general error") is uncertain:
 * nothing says that the message did not go, and Viber has no key to recognise a repetition by.
 */
export function outcomeOf(failure: Failure): SendOutcome {
  switch (failure.kind) {
    case "not-connected":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: `Viber cannot be reached (${failure.reason}). The message has not left and will be tried again.`,
      };
    case "no-turn":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: "Other messages of this bot go first, to keep Viber's limits. The message will be sent after them.",
      };
    case "unanswered":
      return unansweredYet;
    case "unknown":
      return uncertain(failure.reason);
    case "refused":
      return answered(failure.status, failure.message);
    default:
      return failure satisfies never;
  }
}

const unansweredYet: SendOutcome = {
  kind: "retry",
  afterMs: RETRY_FLOOD_MS,
  sentence:
    "Viber takes 100 messages an hour to a customer who does not answer, and they are used up. The message will be sent when the customer has answered, or within the hour.",
};

function answered(status: number, message: string): SendOutcome {
  if (status === TOO_MANY) return unansweredYet;
  const connection = ACCOUNT_STATES[status];
  if (connection) return { kind: "account-down", connection };
  const refusal = REFUSALS[status];
  if (refusal) return { kind: "refused", ...refusal };
  return uncertain(`Viber answered “${message || "general error"}” (${status})`);
}

function uncertain(reason: string): SendOutcome {
  return {
    kind: "uncertain",
    sentence: `The message may not have been delivered: ${reason}. Ask the customer or look into the chat before sending it again.`,
  };
}

/** How an account stands after a call of its own, not of a message, failed. */
export function stateOf(failure: Failure): ConnectionState {
  if (failure.kind !== "refused") {
    const reason = "reason" in failure ? ` (${failure.reason})` : "";
    return { kind: "transient-disconnect", sentence: `Viber cannot be reached${reason}. It will be tried again.` };
  }
  const known = ACCOUNT_STATES[failure.status];
  if (known) return known;
  if (failure.status === TOO_MANY)
    return { kind: "transient-disconnect", sentence: "Viber asks for a pause. It will be tried again." };
  if (failure.status === 1) {
    return {
      kind: "failed",
      sentence:
        "Viber could not reach this server at its webhook address. Check PUBLIC_URL: it must be https, on the internet, with a certificate that is not self-signed.",
    };
  }
  return { kind: "failed", sentence: `Viber refused to connect the bot: ${failure.message || failure.status}.` };
}
