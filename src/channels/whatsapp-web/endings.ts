import type { ConnectionState } from "../../domain/account.ts";

/** How one run of an account's browser ends, and what that means for the account. */
export type Ending = Passing | Over;

/** Begun again after a pause. */
export interface Passing {
  readonly kind: "passing";
  readonly sentence: string;
}

/** Nothing starts by itself any more. `wipe`: the kept profile is of no use, and must not stay. */
export interface Over {
  readonly kind: "over";
  readonly connection: ConnectionState;
  readonly wipe: boolean;
}

export const over = (kind: ConnectionState["kind"], sentence: string, wipe = false): Over => ({
  kind: "over",
  connection: { kind, sentence },
  wipe,
});

export const passing = (sentence: string): Passing => ({ kind: "passing", sentence });

export const UNLINKED = over(
  "logged-out",
  "WhatsApp has unlinked this device. Reconnect the account and scan the code with the phone.",
  true,
);

export const UNLINKED_HERE = over("logged-out", "The account was unlinked here.", true);

export const RESTRICTED = over(
  "failed",
  "WhatsApp has restricted this number. Nothing is sent any more; open WhatsApp on the phone to see why.",
);

/** How a reason of the library's `disconnected` is taken: a state of its page (`WAState`), or words of its own. */
export function endingOf(reason: string): Ending {
  if (/TOS_BLOCK/.test(reason)) return RESTRICTED;
  if (/LOGOUT|^UNPAIRED/.test(reason)) return UNLINKED;
  if (/retries/i.test(reason))
    return over("needs-action", "The code was not scanned in time. Reconnect the account to get a new one.", true);
  if (/DEPRECATED_VERSION/.test(reason))
    return over("failed", "WhatsApp no longer takes this version of its page. Update Threadline.");
  if (/PROXYBLOCK/.test(reason))
    return over("failed", "WhatsApp does not accept connections from this server's network.");
  if (/CONFLICT/.test(reason))
    return passing("WhatsApp was opened elsewhere with the same session. It will be taken back soon.");
  return passing("The connection to WhatsApp was lost. It is being opened again.");
}
