/**
 * What has happened in a conversation since the engine looked last: told by the messages after that position, and by how
 * the conversation stands now. Nothing is queued for the engine, so nothing can be lost or told twice on the way to it.
 */
import type { Conversation } from "../../domain/conversation.ts";
import { botOf, type Message } from "../../domain/message.ts";
import type { OwnEvent } from "../../rules/lines/own-session.ts";

/** How a conversation stood when the engine looked last, or made it stand. */
export interface Seen {
  readonly open: boolean;
  readonly operator: string | null;
  readonly accepted: boolean;
  /** When it came to stand so, by the database's clock; 0: never. Absent in what was kept before this was. */
  readonly at?: number;
}

export const NOT_SEEN: Seen = { open: false, operator: null, accepted: false, at: 0 };

export const seenOf = ({ open, operator, accepted, stateAt }: Conversation): Seen => ({
  open,
  operator: operator ?? null,
  accepted,
  at: stateAt?.getTime() ?? 0,
});

/** @param messages in their order, after what was taken in */
export function eventsSince(seen: Seen, conversation: Conversation, messages: readonly Message[]): readonly OwnEvent[] {
  const said = messages.flatMap((message) => {
    const event = eventOf(message);
    return event ? [event] : [];
  });
  const changed = changeOf(seen, conversation) ?? closedMeanwhile(seen, conversation, said);
  if (!changed) return said;
  // Both times are the database's.
  const before = said.filter(({ at }) => at <= changed.at);
  return [...before, changed, ...said.slice(before.length)];
}

function eventOf({ kind, origin, direction, content, createdAt, state }: Message): OwnEvent | undefined {
  const at = createdAt.getTime();
  if (kind !== "message") return undefined;
  if (origin.by === "device") return { kind: "agent-wrote", at };
  const isLost = state === "refused" || state === "failed";
  // The portal's own of a line that the account has left count as the account's.
  if (botOf(origin)) return isLost ? undefined : { kind: "bot-wrote", at };
  if (origin.by === "surface" || origin.by === "open-line") {
    // Nobody was answered by that.
    if (isLost) return undefined;
    return { kind: "agent-wrote", at, ...(origin.authorId !== undefined && { by: origin.authorId }) };
  }
  // An automation answers nobody; an employee who writes from the CRM does.
  if (origin.by === "provider" && origin.authorId !== undefined && !isLost)
    return { kind: "agent-wrote", at, by: origin.authorId };
  return customerEvent({ direction, content }, at);
}

/** What a message is to the engine where it is the customer's; `undefined` for what asks for nothing. */
export function customerEvent(
  { direction, content }: Pick<Message, "direction" | "content">,
  at: number,
): Extract<OwnEvent, { readonly kind: "customer-wrote" }> | undefined {
  const { notice, letter, site, body } = content;
  const rating = site?.rating;
  if (rating) {
    const stars = rating.scale === "stars" ? rating.value : 1 + 4 * rating.value;
    return { kind: "customer-wrote", at, stars: Math.min(5, Math.max(1, Math.round(stars))) };
  }
  // What a machine says asks for nothing, and is answered by no machine.
  const asksNothing = notice !== undefined || (letter !== undefined && letter.class !== "human");
  if (direction !== "in" || asksNothing) return undefined;
  return { kind: "customer-wrote", at, text: content.attachments.length === 0 ? body.text : "" };
}

/** Opened by what was said, and closed by somebody before the engine looked even once. */
function closedMeanwhile(
  seen: Seen,
  { open, stateAt, tags = [] }: Conversation,
  said: readonly OwnEvent[],
): OwnEvent | undefined {
  if (open || seen.open || seen.at === undefined || !stateAt) return undefined;
  const at = stateAt.getTime();
  if (at <= seen.at || !said.some((event) => event.at <= at)) return undefined;
  return { kind: "closed", at, quiet: tags.includes("spam") };
}

function changeOf(seen: Seen, { open, operator, accepted, stateAt, tags = [] }: Conversation): OwnEvent | undefined {
  const at = stateAt?.getTime() ?? 0;
  if (!open) return seen.open ? { kind: "closed", at, quiet: tags.includes("spam") } : undefined;
  if (!seen.open) {
    if (operator !== undefined && !accepted) return { kind: "passed-on", at, to: operator };
    return accepted ? { kind: "reopened", at, by: operator ?? null } : undefined;
  }
  if (seen.operator === (operator ?? null) && seen.accepted === accepted) return undefined;
  if (operator === undefined) return accepted ? undefined : { kind: "given-up", at };
  return accepted ? { kind: "accepted", at, by: operator } : { kind: "passed-on", at, to: operator };
}
