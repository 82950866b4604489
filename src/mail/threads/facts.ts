import type { MailDirection, MailFacts } from "../../domain/mail.ts";
import type { AddressBook, AddressField } from "./addresses.ts";
import { contentPrint } from "./content.ts";
import { messageIdsIn, normaliseMessageId, sameId } from "./message-ids.ts";
import { defaultSubjectRules, readSubject, type SubjectRules } from "./subjects.ts";
import { conversationToken } from "./thread-index.ts";

/** A mail's headers as a server, a library or a file gives them: nothing is sure to be there or to be right. */
export interface MailEnvelope {
  readonly messageId?: string | null | undefined;
  readonly inReplyTo?: string | readonly string[] | null | undefined;
  readonly references?: string | readonly string[] | null | undefined;
  /** Outlook's mark of a conversation. */
  readonly threadIndex?: string | null | undefined;
  readonly from?: AddressField;
  readonly replyTo?: AddressField;
  readonly to?: AddressField;
  readonly cc?: AddressField;
  /** Only the copy in Sent has them. */
  readonly bcc?: AddressField;
  readonly subject?: string | null | undefined;
  /** The Date header; not when the server received it. */
  readonly date?: Date | string | number | null | undefined;
  /** Text or HTML; absent while it was not fetched. */
  readonly body?: string | null | undefined;
}

/** Mail did not exist before; clocks that are not set begin there or earlier. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** What of a mail decides which it is and where it belongs. Total: damage is left out. */
export function mailFacts(
  mail: MailEnvelope,
  book: AddressBook,
  subjects: SubjectRules = defaultSubjectRules,
): MailFacts {
  const messageId = normaliseMessageId(mail.messageId);
  const [from] = book.keysIn(mail.from);
  const recipients = book.keysIn([mail.to ?? "", mail.cc ?? "", mail.bcc ?? ""]);
  // A list that writes in its own name leaves the writer in Reply-To.
  const relayed = from !== undefined && (book.isList(from) || recipients.includes(from));
  const behind = relayed ? book.keysIn(mail.replyTo).find((key) => !book.isList(key) && key !== from) : undefined;
  const sender = behind ?? from;
  const everybody = [...new Set([...(sender === undefined ? [] : [sender]), ...recipients])];
  const foreign = everybody.filter((key) => !book.isOwn(key));
  const isAddress = (id: string) => {
    const key = book.keyOf(id);
    return key !== undefined && (everybody.includes(key) || book.isMailbox(key));
  };
  const fields = [mail.references ?? [], mail.inReplyTo ?? []].flat();
  const before = messageIdsIn(fields, isAddress).filter(
    (id) => messageId === undefined || sameId(id) !== sameId(messageId),
  );
  const subject = readSubject(mail.subject, subjects);
  const conversation = conversationToken(mail.threadIndex, subject?.normal ?? "");
  const date = dateOf(mail.date);
  const content = contentPrint(mail.body);
  return {
    ...(messageId !== undefined && { messageId }),
    references: before,
    ...(sender !== undefined && { sender }),
    relayed: relayed && behind === undefined,
    direction: directionOf(sender, foreign, book),
    people: (foreign.length > 0 ? foreign : everybody).sort(),
    ...(date !== undefined && { date }),
    ...(subject !== undefined && { subject: subject.normal }),
    isReply: before.length > 0 || subject?.isReply === true,
    tokens: [...(subject?.tokens ?? []), ...(conversation === undefined ? [] : [conversation])],
    ...(content !== undefined && { content }),
  };
}

function directionOf(sender: string | undefined, foreign: readonly string[], book: AddressBook): MailDirection {
  if (foreign.length === 0) return "internal";
  return sender !== undefined && book.isOwn(sender) ? "out" : "in";
}

/** To the second, as headers are. A date without a zone is taken for UTC, on every machine. `undefined` for none and for what cannot be true. */
function dateOf(value: MailEnvelope["date"]): Date | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  const date = typeof value === "string" ? new Date(withZone(value)) : new Date(value);
  const time = date.getTime();
  return time >= EARLIEST && time < LATEST ? new Date(Math.floor(time / 1000) * 1000) : undefined;
}

function withZone(text: string): string {
  const plain = text.replace(/\([^()]*\)/g, " ").trim();
  if (/^\d{4}-\d\d-\d\d$/.test(plain)) return plain;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(plain)) return `${plain}Z`;
  return /(?:[+-]\d\d:?\d\d|\dZ|\b(?:Z|UTC?|GMT|[ECMP][SD]T))$/i.test(plain) ? plain : `${plain} UTC`;
}
