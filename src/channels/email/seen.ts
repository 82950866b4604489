import type { FetchMessageObject, FetchQueryObject } from "imapflow";
import { isBccAddress } from "../../domain/bcc-address.ts";
import type { MailAddress } from "../../domain/letter.ts";
import { GROUP_MARKS, groupAddress } from "../../mail/reading/groups.ts";
import { readHeaders } from "../../mail/reading/header-fields.ts";
import type { MailHeaders } from "../../mail/reading/mail-headers.ts";
import type { SeenLetter } from "../contract/letters.ts";
import { storableText } from "../shared/clean-text.ts";

/** What a folder's list tells of a mail, in the book's words. Pure and total. */

/**
 * The header lines themselves, as other mail programs ask for them, and not the server's ENVELOPE: that has no References, is read
 * in another way than the mail's body will be, and takes twice as long to read (each of its parts is a node of a tree).
 */
export const LISTED: FetchQueryObject = {
  uid: true,
  internalDate: true,
  headers: [
    ...["message-id", "in-reply-to", "references", "thread-index"],
    ...["from", "sender", "reply-to", "to", "cc", "subject", "date"],
    ...GROUP_MARKS,
  ],
};

export interface SeenPlace {
  readonly folder: string;
  readonly validity: string;
  readonly sent: boolean;
  /** What came before is history; absent: it is new, whatever the server's clock says. */
  readonly began?: Date;
}

const MOST_REFERENCES = 200;
const MOST_ADDRESSES = 200;
const NO_HEADERS = new Uint8Array();

export function seenLetter(place: SeenPlace, message: FetchMessageObject): SeenLetter {
  const headers = readHeaders(message.headers ?? NO_HEADERS);
  const came = dateOf(message.internalDate) ?? new Date();
  const references = idsIn(headers, "references");
  const [messageId] = idsIn(headers, "message-id");
  const [inReplyTo] = idsIn(headers, "in-reply-to");
  const threadIndex = headers.first("thread-index").replace(/\s+/g, "");
  const replyTo = addressesIn(headers, "reply-to");
  const group = groupAddress(headers);
  const [from] = [...addressesIn(headers, "from"), ...addressesIn(headers, "sender")];
  return {
    folder: place.folder,
    validity: place.validity,
    uid: message.uid,
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references.length > 0 && { references }),
    ...(threadIndex !== "" && { threadIndex: storableText(threadIndex) }),
    ...(from && { from }),
    ...(replyTo.length > 0 && { replyTo }),
    ...(group !== undefined && { group: storableText(group).slice(0, 320) }),
    to: addressesIn(headers, "to"),
    cc: addressesIn(headers, "cc"),
    subject: storableText(headers.words("subject")).slice(0, 1_000),
    date: dateOf(headers.date("date")) ?? came,
    sent: place.sent,
    history: place.began !== undefined && came < place.began,
  };
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
    .map(({ address, name: shown }) => ({
      address: storableText(address).slice(0, 320),
      ...(shown !== "" && { name: storableText(shown).slice(0, 200) }),
    }));

function dateOf(value: Date | string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) || date.getTime() <= 0 ? undefined : date;
}
