import type { FetchMessageObject, FetchQueryObject, MessageAddressObject } from "imapflow";
import { isBccAddress } from "../../domain/bcc-address.ts";
import type { MailAddress } from "../../domain/letter.ts";
import type { SeenLetter } from "../contract/letters.ts";
import { storableText } from "../shared/clean-text.ts";

/** What a folder's list tells of a mail, in the book's words. Pure and total. */

export const ENVELOPE: FetchQueryObject = {
  uid: true,
  envelope: true,
  internalDate: true,
  headers: ["references"],
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

export function seenLetter(place: SeenPlace, message: FetchMessageObject): SeenLetter {
  const { envelope = {}, headers } = message;
  const came = dateOf(message.internalDate) ?? new Date();
  const written = dateOf(envelope.date);
  const references = idsIn(headers?.toString("latin1") ?? "");
  const [messageId] = idsIn(envelope.messageId ?? "");
  const [inReplyTo] = idsIn(envelope.inReplyTo ?? "");
  const [from] = addresses(envelope.from ?? envelope.sender);
  return {
    folder: place.folder,
    validity: place.validity,
    uid: message.uid,
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references.length > 0 && { references }),
    ...(from && { from }),
    to: addresses(envelope.to),
    cc: addresses(envelope.cc),
    subject: storableText(envelope.subject ?? "").slice(0, 1_000),
    date: written ?? came,
    sent: place.sent,
    history: place.began !== undefined && came < place.began,
  };
}

/** In angle brackets, each once, the last ones where there are too many. */
function idsIn(text: string): string[] {
  return [...new Set(text.match(/<[^<>\s]{1,990}>/g) ?? [])].map(storableText).slice(-MOST_REFERENCES);
}

function addresses(list: readonly MessageAddressObject[] | undefined): MailAddress[] {
  return (list ?? []).slice(0, MOST_ADDRESSES).flatMap(({ address, name }) => {
    // Where copies go is nobody who takes part in the letter.
    if (!address?.includes("@") || isBccAddress({ address })) return [];
    return [{ address: storableText(address).slice(0, 320), ...(name && { name: storableText(name).slice(0, 200) }) }];
  });
}

function dateOf(value: Date | string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) || date.getTime() <= 0 ? undefined : date;
}
