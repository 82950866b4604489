import type { ConnectionState } from "../../domain/account.ts";
import type { SendOutcome } from "../contract/sending.ts";
import type { Failure, Refusal } from "./api.ts";

/**
 * What a failed call, or a `failed` status, means for a message, and the sentence an agent reads. Pure. Codes and causes:
 * "WhatsApp error codes" of Meta's documentation, which asks to go by the code and not by the status of HTTP.
 */

export type Refused = Extract<SendOutcome, { kind: "refused" }>;

const RETRY_UNREACHABLE_MS = 5_000;
const RETRY_BUSY_MS = 10_000;

const badToken: ConnectionState = {
  kind: "bad-credentials",
  sentence:
    "WhatsApp no longer accepts the access token. Generate a new one for the system user in Meta's Business settings and enter it here.",
};
const noPermission: ConnectionState = {
  kind: "bad-credentials",
  sentence:
    "The access token may not use this WhatsApp account. Give the system user the account and the permissions whatsapp_business_messaging and whatsapp_business_management, then generate a new token.",
};
const accountLocked: ConnectionState = {
  kind: "failed",
  sentence:
    "Meta has locked this WhatsApp account. Look into WhatsApp Manager > Account quality for the reason and ask for a review.",
};
const notRegistered: ConnectionState = {
  kind: "failed",
  sentence:
    "This phone number is not registered for the Cloud API. Register it in WhatsApp Manager, then connect again.",
};
const numberGone: ConnectionState = {
  kind: "failed",
  sentence:
    "WhatsApp does not know this phone number ID any more, or the token may not see it. Compare it with WhatsApp > API Setup.",
};

/** Codes that stop the account as a whole. 200 to 299 are permissions too. */
const ACCOUNT_STATES: Readonly<Record<number, ConnectionState>> = {
  0: badToken,
  190: badToken,
  3: noPermission,
  10: noPermission,
  131005: noPermission,
  368: accountLocked,
  131031: accountLocked,
  133010: notRegistered,
  33: numberGone,
};

/** Codes that say "not now", with the pause in milliseconds that their cause needs at least. */
const PAUSES: Readonly<Record<number, number>> = {
  2: 5_000,
  4: 60_000,
  80007: 60_000,
  80008: 60_000,
  130429: 1_000,
  131016: 5_000,
  131056: 6_000,
  131057: 60_000,
  133004: 10_000,
};

interface Reason {
  readonly code: string;
  readonly sentence: string;
}

const REASONS: Readonly<Record<number, Reason>> = {
  130472: {
    code: "experiment",
    sentence:
      "WhatsApp did not deliver this message because the customer is part of an experiment of Meta's. Wait for them to write, or use another channel.",
  },
  131021: {
    code: "to-itself",
    sentence: "This is the business's own number. WhatsApp does not let it write to itself.",
  },
  131026: {
    code: "undeliverable",
    sentence:
      "WhatsApp could not deliver the message: the number has no WhatsApp, has not accepted its terms, uses a very old version, or has blocked you. Use another channel.",
  },
  131030: {
    code: "not-on-test-list",
    sentence:
      "A test number of Meta's writes only to numbers on its list. Add the customer's number under WhatsApp > API Setup.",
  },
  131037: {
    code: "name-not-approved",
    sentence: "Meta has not approved this number's display name yet. Check it in WhatsApp Manager, then send again.",
  },
  131042: {
    code: "payment",
    sentence:
      "Meta could not charge for this message. Check the payment method of the WhatsApp account in Meta's Business settings.",
  },
  131047: {
    code: "window-closed",
    sentence:
      "More than 24 hours have passed since the customer last wrote, so WhatsApp takes only a template now. Send one and wait for an answer.",
  },
  131048: {
    code: "spam-limit",
    sentence:
      "WhatsApp has limited this number because too many people blocked it or reported it as spam. Check its quality in WhatsApp Manager and send later.",
  },
  131049: {
    code: "held-back",
    sentence:
      "WhatsApp held this marketing message back to protect the customer from too many. Do not send it again today.",
  },
  131050: {
    code: "opted-out",
    sentence:
      "The customer has asked not to get marketing messages from you. Send nothing of that kind until they write again.",
  },
  131051: {
    code: "kind-not-supported",
    sentence: "WhatsApp does not take a message of this kind. Send it as text or as a file.",
  },
  131053: {
    code: "bad-file",
    sentence:
      "WhatsApp could not take the file: its content does not fit its type, or it is too large. Save it in another format and attach it again.",
  },
  131062: {
    code: "needs-number",
    sentence: "The customer hides their number, and this message needs it. Send a text instead.",
  },
  132000: {
    code: "template-gaps",
    sentence: "The template has another number of gaps than were filled. Choose it again and fill each gap.",
  },
  132001: {
    code: "template-unknown",
    sentence: "WhatsApp has no approved template of this name in this language. Choose another one.",
  },
  132005: {
    code: "template-too-long",
    sentence: "The template is too long with these words in its gaps. Shorten them.",
  },
  132007: {
    code: "template-policy",
    sentence: "WhatsApp refused the words in the template's gaps: they break its rules. Change them and send again.",
  },
  132012: {
    code: "template-format",
    sentence: "The words in the template's gaps do not have the form it asks for. Choose it again and fill each gap.",
  },
  132015: {
    code: "template-paused",
    sentence: "WhatsApp has paused this template because people did not like it. Choose another one.",
  },
  132016: {
    code: "template-disabled",
    sentence: "WhatsApp has switched this template off for good because people did not like it. Choose another one.",
  },
  135000: {
    code: "refused",
    sentence: "WhatsApp refused the message without telling why. Write it in another way and send it again.",
  },
};

/** The sentence for a message that WhatsApp took and could not deliver. */
export function failureSentence(code: number | undefined, details: string): string {
  if (code === undefined)
    return "WhatsApp could not deliver the message and did not tell why. Send it again or use another channel.";
  const state = accountState(code);
  if (state) return state.sentence;
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  if (reason) return reason.sentence;
  if (Object.hasOwn(PAUSES, code))
    return "WhatsApp was too busy to deliver the message, or got too many at once. Send it again in a while.";
  return `WhatsApp could not deliver the message (error ${code}${quoted(details)}). Send it again or use another channel.`;
}

/** What a failed call that was to send something means for its message. */
export function outcomeOf(failure: Failure): SendOutcome {
  switch (failure.kind) {
    case "not-connected":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: `WhatsApp cannot be reached (${failure.reason}). The message has not left and will be tried again.`,
      };
    case "file-unreadable":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: "The attached file could not be read. The message has not left and will be tried again.",
      };
    case "no-turn":
      return {
        kind: "retry",
        afterMs: RETRY_UNREACHABLE_MS,
        sentence: "Other messages go first, to keep WhatsApp's limits. The message will be sent after them.",
      };
    case "aborted":
      return uncertain("the call was broken off");
    case "unknown":
      return uncertain(failure.reason);
    case "refused":
      return answeredOutcome(failure);
    default:
      return failure satisfies never;
  }
}

function answeredOutcome(failure: Refusal): SendOutcome {
  const connection = stateOfRefusal(failure);
  if (connection) return { kind: "account-down", connection };
  const pause = pauseOf(failure);
  if (pause !== undefined) {
    const seconds = Math.ceil(pause / 1_000);
    return {
      kind: "retry",
      afterMs: pause,
      sentence: `WhatsApp asks for a pause of ${seconds} s. The message will be sent after it.`,
    };
  }
  // Meta answers 5xx also from servers in front of the one that may have done the work, and knows no repetition.
  if (failure.status >= 500) return uncertain(`WhatsApp answered with error ${failure.code ?? failure.status}`);
  return refusal(failure);
}

/** How the account stands after this answer; `undefined` when the answer is about one message. */
export function stateOfRefusal({ code, subcode, status }: Refusal): ConnectionState | undefined {
  // "Unsupported request: object does not exist" has the general code and tells itself by the subcode.
  if (code === 100 && subcode === 33) return numberGone;
  if (code !== undefined) return accountState(code);
  return status === 401 ? badToken : undefined;
}

function accountState(code: number): ConnectionState | undefined {
  if (code >= 200 && code <= 299) return noPermission;
  return Object.hasOwn(ACCOUNT_STATES, code) ? ACCOUNT_STATES[code] : undefined;
}

/** Milliseconds until a refused call may be made again; `undefined` when it must not be. */
export function pauseOf(failure: Refusal): number | undefined {
  const { code, status, retryAfterSeconds } = failure;
  const known = code !== undefined && Object.hasOwn(PAUSES, code) ? PAUSES[code] : undefined;
  const pause = known ?? (status === 429 ? RETRY_BUSY_MS : undefined);
  return pause === undefined ? undefined : Math.max(pause, (retryAfterSeconds ?? 0) * 1_000);
}

/** Too many messages to one customer. */
export const isPairLimit = (failure: Failure): boolean => failure.kind === "refused" && failure.code === 131056;

function uncertain(reason: string): SendOutcome {
  return {
    kind: "uncertain",
    sentence: `The message may not have been delivered: ${reason}. Ask the customer or look into the chat before sending it again.`,
  };
}

function refusal({ code, status, details }: Refusal): Refused {
  const reason = code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  if (reason) return { kind: "refused", ...reason };
  return {
    kind: "refused",
    code: `whatsapp-${code ?? status}`,
    sentence: `WhatsApp refused the message (error ${code ?? status}${quoted(details)}). Change it and send it again.`,
  };
}

function quoted(details: string): string {
  const words = details
    .replace(/\s+/g, " ")
    .replace(/[.!\s]+$/, "")
    .slice(0, 200)
    .trim();
  return words === "" ? "" : `: ${words}`;
}
