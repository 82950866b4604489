import type { FetchMessageObject, FetchQueryObject } from "imapflow";
import { isBccAddress } from "../../domain/bcc-address.ts";
import type { MailAddress } from "../../domain/letter.ts";
import { postingAddress } from "../../mail/reading/groups.ts";
import { readHeaders } from "../../mail/reading/header-fields.ts";
import type { MailHeaders } from "../../mail/reading/mail-headers.ts";
import type { Mailbox } from "../../mail/reading/read-mail-types.ts";
import type { SeenLetter } from "../contract/letters.ts";
import { storableText } from "../shared/clean-text.ts";

/** What a folder's list tells of a mail, in the book's words. Pure and total. */

/**
 * The header lines themselves, as other mail programs ask for them, and not the server's ENVELOPE: that has no References, is read
 * in another way than the mail's body will be, and takes twice as long to read (each of its parts is a node of a tree).
 */
export const LISTED: FetchQueryObject & { readonly headers: string[] } = {
  uid: true,
  headers: [
    ...["message-id", "in-reply-to", "references", "thread-index"],
    ...["from", "sender", "reply-to", "to", "cc", "subject", "date"],
    // Of all that marks a group's mail this one names it: servers repeat every name with every mail.
    "list-post",
  ],
};

export interface SeenPlace {
  readonly folder: string;
  readonly validity: string;
  readonly sent: boolean;
  /** What came before is history; absent: it is new, whatever the server's clock says. */
  readonly began?: Date;
  /** What came before that is not wanted. */
  readonly since?: Date;
  /** All of it is known to be history, so that the server was not asked when it came. */
  readonly isPast?: boolean;
}

/** Of a mail that does not say when it was written, where the server was not asked when it came. */
export const UNDATED = new Date(0);

export const isWanted = ({ since }: SeenPlace, { internalDate }: FetchMessageObject): boolean =>
  since === undefined || (dateOf(internalDate) ?? since) >= since;

/** Made ten thousand times in a row: built up, which costs a tenth of what spreading its optional parts does. */
type Draft = { -readonly [Key in keyof SeenLetter]: SeenLetter[Key] };

const MOST_REFERENCES = 200;
const MOST_ADDRESSES = 200;
const NO_HEADERS = new Uint8Array();

export function seenLetter(place: SeenPlace, message: FetchMessageObject): SeenLetter {
  const headers = readHeaders(message.headers ?? NO_HEADERS);
  const came = dateOf(message.internalDate) ?? (place.isPast ? UNDATED : new Date());
  const references = idsIn(headers, "references");
  const [messageId] = idsIn(headers, "message-id");
  const [inReplyTo] = idsIn(headers, "in-reply-to");
  const threadIndex = headers.first("thread-index").replace(/\s+/g, "");
  const replyTo = addressesIn(headers, "reply-to");
  const group = postingAddress(headers);
  const from = addressesIn(headers, "from")[0] ?? addressesIn(headers, "sender")[0];
  const seen: Draft = {
    folder: place.folder,
    validity: place.validity,
    uid: message.uid,
    to: addressesIn(headers, "to"),
    cc: addressesIn(headers, "cc"),
    subject: storableText(headers.words("subject")).slice(0, 1_000),
    date: dateOf(headers.date("date")) ?? came,
    sent: place.sent,
    history: place.began !== undefined && came < place.began,
  };
  if (messageId !== undefined) seen.messageId = messageId;
  if (inReplyTo !== undefined) seen.inReplyTo = inReplyTo;
  if (references.length > 0) seen.references = references;
  if (threadIndex !== "") seen.threadIndex = storableText(threadIndex);
  if (from) seen.from = from;
  if (replyTo.length > 0) seen.replyTo = replyTo;
  if (group !== undefined) seen.group = storableText(group).slice(0, 320);
  return seen;
}

/** In angle brackets, each once, the last ones where there are too many. */
const idsIn = (headers: MailHeaders, name: string): string[] =>
  headers.messageIds(name).slice(-MOST_REFERENCES).map(storableText);

const addressesIn = (headers: MailHeaders, name: string): MailAddress[] =>
  headers
    .mailboxes(name)
    // Where copies go is nobody who takes part in the letter.
    .filter(({ address }) => !isBccAddress({ address }))
    .slice(0, MOST_ADDRESSES)
    .map(toAddress);

function toAddress({ address: given, name }: Mailbox): MailAddress {
  const address = storableText(given).slice(0, 320);
  return name === "" ? { address } : { address, name: storableText(name).slice(0, 200) };
}

function dateOf(value: Date | string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) || date.getTime() <= 0 ? undefined : date;
}
