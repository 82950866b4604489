import type { Content, Message } from "../domain/message.ts";
import type { Span } from "../domain/rich-text.ts";

/**
 * Answers to a message, by quoting it or with an emoji on it, where the channel has no id of that message. One that the
 * customer never got can be answered in no form: the sentence says so. One that they may have, or had under an id that means
 * nothing any more, is quoted in words above the answer, and takes no reaction.
 */

type Answered = Pick<Message, "direction" | "state" | "externalIds">;

/** Our own message, which certainly never came to the customer. */
const neverArrived = ({ direction, state }: Answered): boolean =>
  direction === "out" && (state === "refused" || state === "failed");

/** Not sent yet. Rows of one conversation go in order, so when the answer's turn comes this is over. */
const isOnItsWay = ({ direction, state }: Answered): boolean =>
  direction === "out" && (state === "stored" || state === "sending");

export function quoteRefusal(quoted: Answered): string | undefined {
  if (!neverArrived(quoted)) return undefined;
  return "The message that this quotes did not reach the customer. Send that one again first, or answer without the quotation.";
}

/** `early`: asked before the reaction is kept, when a message on its way may still get its id. */
export function reactedRefusal(target: Answered, early: boolean): string | undefined {
  if (neverArrived(target))
    return "That message did not reach the customer, so nobody would see the reaction. Send the message again first.";
  if (target.externalIds.length > 0 || (early && isOnItsWay(target))) return undefined;
  if (target.direction === "out" && target.state === "uncertain")
    return "It is not known whether that message reached the customer, so no reaction can be put on it. Answer with a message instead.";
  return "The messenger does not know that message any more, so no reaction can be put on it. Answer with a message instead.";
}

const MOST_WORDS = 200;

/** The quoted words above the text, as people who have no quotes write them; nothing of it where no words are known. */
export function quotedInWords(content: Content): Content {
  const { quote, ...rest } = content;
  const line = oneLine(quote?.text ?? "");
  if (line === "" || content.template) return rest;
  const head = `«${line}»`;
  const { text, spans } = content.body;
  if (text === "") return { ...rest, body: { text: head, spans: [] } };
  const by = head.length + 1;
  const moved = spans.map((span): Span => ({ ...span, start: span.start + by, end: span.end + by }));
  return { ...rest, body: { text: `${head}\n${text}`, spans: moved } };
}

function oneLine(text: string): string {
  const characters = [...text.replace(/\s+/gu, " ").trim()];
  return characters.length <= MOST_WORDS ? characters.join("") : `${characters.slice(0, MOST_WORDS - 1).join("")}…`;
}
