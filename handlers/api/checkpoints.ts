import type { CheckpointAnswer } from "../../src/api/messages.ts";
import { botOf, isAutomatic, type Message } from "../../src/domain/message.ts";
import type { Beside } from "../../src/store/contract/journal.ts";

type Name = CheckpointAnswer["name"];

/**
 * The way of a message so far, in the order in which messages go. Everything stands in rows that were written for the
 * delivery itself, so what is told here is what happened: what did not happen, or what nobody told us of, is left out.
 */
export function checkpointsOf(message: Message, beside: Beside | undefined): CheckpointAnswer[] {
  const isInbound = message.direction === "in";
  const verdict = verdictOf(message);
  const found: CheckpointAnswer[] = [];
  const pass = (name: Name, at: Date | undefined, by?: string) => {
    if (at) found.push({ name, at: at.toISOString(), ...(by !== undefined && { by }) });
  };
  pass("written", message.sentAt, writerOf(message));
  pass("stored", message.createdAt);
  if (isInbound) pass("decided", beside?.decision?.at, beside?.decision?.id);
  pass(isInbound ? "sent-to-portal" : "sent-to-channel", message.attemptedAt);
  if (verdict === "answered") pass(verdict, message.answeredAt, isInbound ? "portal" : "channel");
  else if (verdict) pass(verdict, message.answeredAt);
  pass("delivered", message.deliveredAt);
  pass("read", message.readAt);
  pass("card", beside?.writtenAt);
  return found;
}

function writerOf({ direction, origin }: Message): string {
  if (origin.by === "device") return "phone";
  if (botOf(origin)) return "bot";
  if (isAutomatic(origin)) return origin.by === "engine" ? "application" : origin.by;
  return direction === "in" ? "customer" : "agent";
}

/** What the last result says. `undefined`: it is about an attempt before the present one. */
function verdictOf({ state, error, attemptedAt }: Message): Name | undefined {
  switch (state) {
    case "refused":
    case "failed":
    case "uncertain":
      return state;
    case "sending":
      return undefined;
    case "stored":
      // Sent again by hand: the error of before is gone.
      return error === undefined ? undefined : "postponed";
    default:
      return attemptedAt ? "answered" : "kept";
  }
}
