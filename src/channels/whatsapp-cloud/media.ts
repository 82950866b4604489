import type { Account } from "../../domain/account.ts";
import type { MediaOutcome } from "../contract/sending.ts";
import { credentialsOf, type Failure, type GraphApi } from "./api.ts";
import { pauseOf, stateOfRefusal } from "./outcomes.ts";
import { mediaInfoSchema } from "./schemas.ts";

/**
 * Opens a file a customer sent. `ref` is Meta's media id, good for seven days; the address it is exchanged for is good
 * for five minutes and asks for the token, so it is asked for each time and used at once, at Meta's hosts only. Reading
 * only: repeating is always safe. A stream that breaks half-way ends in an error, which its reader sees.
 */

const RETRY_MS = 5_000;
/** A file is asked for again only this late while the account is not accepted. */
const RETRY_ACCOUNT_MS = 60_000;

export async function openMedia(
  api: GraphApi,
  account: Account,
  ref: string,
  signal: AbortSignal,
): Promise<MediaOutcome> {
  if (!/^\d{1,30}$/.test(ref)) return gone("This is not a reference to a file of WhatsApp's.");
  const info = await api.call(account, mediaInfoSchema, {
    method: "GET",
    path: ref,
    query: { phone_number_id: credentialsOf(account).phoneNumberId },
    signal,
  });
  if (!info.ok) return mediaOutcome(info.failure);
  const opened = await api.download(account, info.value.url, signal);
  if (!opened.ok) {
    // An address that has run out answers 404; the id is still good, so it is exchanged again.
    const { failure } = opened;
    const ranOut = failure.kind === "refused" && failure.status !== 403 && failure.status < 500;
    return ranOut ? retry("WhatsApp did not give the file at its address.") : mediaOutcome(failure);
  }
  const { stream, size = info.value.file_size } = opened.value;
  return { kind: "opened", stream, ...(size !== undefined && { size }) };
}

const gone = (sentence: string): MediaOutcome => ({ kind: "gone", sentence });
const retry = (what: string, afterMs = RETRY_MS): MediaOutcome => ({
  kind: "retry",
  afterMs,
  sentence: `${what} It will be asked for again.`,
});

function mediaOutcome(failure: Failure): MediaOutcome {
  if (failure.kind !== "refused") return retry("WhatsApp cannot be reached.");
  const pause = pauseOf(failure);
  if (pause !== undefined) return retry("WhatsApp asks for a pause before it gives the file.", pause);
  // "Object does not exist" is what a file that is no longer kept answers too: here it is about the file.
  const missing = failure.code === 100 || failure.status === 404;
  if (!missing && stateOfRefusal(failure)) {
    return retry("WhatsApp does not accept the access token, so the file cannot be fetched yet.", RETRY_ACCOUNT_MS);
  }
  if (failure.status >= 500) return retry(`WhatsApp had an error (${failure.code ?? failure.status}).`);
  if (failure.status === 403 && failure.code === undefined) {
    return gone(
      "WhatsApp named a place of the file that cannot be opened from here. Ask the customer to send it again.",
    );
  }
  return gone("WhatsApp no longer has this file. Ask the customer to send it again.");
}
