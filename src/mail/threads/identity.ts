/**
 * Whether two copies are one mail. A Message-ID alone does not say so: some senders use one again for every mail. With the
 * same id the sender, the date, the subject and, where both are known, the contents have to agree, as far as the way of
 * a mail leaves them alone.
 */
import type { MailFacts } from "../../domain/mail.ts";
import { printsAgree } from "./content.ts";

/** Clients and gateways date their copies by themselves now and then; with contents proved equal that may be later. */
const DATES_APART_MS = 5 * 60_000;
const DATES_APART_SAME_CONTENT_MS = 60 * 60_000;

/** What of a mail is compared; everything may be unknown. */
export type Comparable = Pick<
  MailFacts,
  "messageId" | "sender" | "relayed" | "direction" | "people" | "date" | "subject" | "content"
>;

/** Whether copies with the same key (`mailKey`) are one mail. What is not known of one of them speaks against nothing. */
export function isSameMail(one: Comparable, other: Comparable): boolean {
  const isSaidTheSame = saysTheSame(one, other);
  if (isSaidTheSame === false) return false;
  if (!datesAgree(one, other, isSaidTheSame === true)) return false;
  return sendersAgree(one, other) && subjectsAgree(one.subject, other.subject);
}

/**
 * Whether copies, of which one has a Message-ID and the other none, are one mail: servers add the id on the way, and the
 * copy in Sent has none.
 */
export function isTwin(one: Comparable, other: Comparable): boolean {
  return (
    (one.messageId === undefined) !== (other.messageId === undefined) &&
    one.date !== undefined &&
    one.date.getTime() === other.date?.getTime() &&
    one.sender !== undefined &&
    one.sender === other.sender &&
    one.subject !== undefined &&
    one.subject === other.subject &&
    one.people.some((person) => other.people.includes(person)) &&
    saysTheSame(one, other) !== false
  );
}

/** What two copies together say of a mail; `undefined`: nothing that the first one did not. */
export function mergeCopies<Known extends Comparable>(known: Known, copy: Comparable): Known | undefined {
  const isBetter = known.relayed && !copy.relayed;
  const isFirstWithCustomer = known.direction === "internal" && copy.direction !== "internal";
  const missing = copy.people.filter((person) => !known.people.includes(person));
  const hasMore = known.direction !== "internal" && copy.direction !== "internal" && missing.length > 0;
  const fills = (["messageId", "date", "subject", "content", "sender"] as const).filter(
    (name) => known[name] === undefined && copy[name] !== undefined,
  );
  const isShorter =
    known.content !== undefined && copy.content !== undefined && known.content.startsWith(`${copy.content}.`);
  const isPlainer =
    known.subject !== undefined && copy.subject !== undefined && known.subject.length > copy.subject.length;
  if (!isShorter && !isPlainer && !isBetter && !isFirstWithCustomer && !hasMore && fills.length === 0) return undefined;
  return {
    ...known,
    ...Object.fromEntries(fills.map((name) => [name, copy[name]])),
    ...(isBetter && copy.sender !== undefined && { sender: copy.sender, relayed: false }),
    ...(isFirstWithCustomer && { people: copy.people, direction: copy.direction }),
    ...(isBetter && copy.direction !== "internal" && { direction: copy.direction }),
    // What all copies have in common is what it says, and its subject.
    ...(isShorter && { content: copy.content }),
    ...(isPlainer && { subject: copy.subject }),
    ...(hasMore && { people: [...known.people, ...missing].sort() }),
  };
}

/** `undefined`: of one of them that is not known. */
function saysTheSame(one: Comparable, other: Comparable): boolean | undefined {
  if (one.content === undefined || other.content === undefined) return undefined;
  return printsAgree(one.content, other.content);
}

function datesAgree(one: Comparable, other: Comparable, isSaidTheSame: boolean): boolean {
  if (one.date === undefined || other.date === undefined) {
    // With no id and no date there is only what it says.
    return one.messageId !== undefined || other.messageId !== undefined || isSaidTheSame;
  }
  const apart = Math.abs(one.date.getTime() - other.date.getTime());
  return apart <= (isSaidTheSame ? DATES_APART_SAME_CONTENT_MS : DATES_APART_MS);
}

/** A list writes in its own name; a gateway rewrites the own address of whoever sends. */
function sendersAgree(one: Comparable, other: Comparable): boolean {
  if (one.sender === undefined || other.sender === undefined || one.sender === other.sender) return true;
  if (one.relayed || other.relayed) return true;
  return one.direction !== "in" && other.direction !== "in";
}

/** Tags that nobody knows stand in front ("(list) …"), or behind ("… [list]"). */
function subjectsAgree(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short === "") return false;
  return long.endsWith(` ${short}`) || (long.startsWith(`${short} `) && tagBehind.test(long.slice(short.length)));
}

const tagBehind = /^\s*[[({][^\][(){}]{1,60}[\])}]$/;
