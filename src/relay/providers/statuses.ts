import type { MessageState } from "../../domain/message.ts";
import type { ProviderStatus } from "../../domain/provider-message.ts";

/**
 * What the portal is to be told next of a message that stands so, having been told `told`; `undefined`: nothing. Pure.
 *
 * Never back: what was delivered stays so, and what has left is not queued again. What failed may still be sent, because a
 * person can do it again by hand. Nothing is said of what may have arrived: no status means that, and its author is told
 * in words.
 */
export function statusToTell(state: MessageState, told: ProviderStatus | undefined): ProviderStatus | undefined {
  if (told === "delivered") return undefined;
  const wanted = statusOf(state, told);
  return wanted === told ? undefined : wanted;
}

function statusOf(state: MessageState, told: ProviderStatus | undefined): ProviderStatus | undefined {
  switch (state) {
    case "stored":
    case "sending":
      return told === undefined || told === "failed" || told === "undelivered" ? "queued" : undefined;
    case "sent":
      return "sent";
    case "delivered":
    case "read":
      return "delivered";
    case "refused":
    case "failed":
      // It had left, and the messenger said afterwards that it did not arrive.
      return told === "sent" || told === "undelivered" ? "undelivered" : "failed";
    case "uncertain":
      return undefined;
  }
}
