/**
 * E-mail addresses in a text, and one form for each. linkifyjs brings the list of top-level domains that exist; where an
 * address begins and ends is decided here, because people write them into sentences, links and lists.
 *
 * Spelled-out addresses ("name (at) host") are not found. Neither is what merely holds an @: versions of packages, users
 * of machines, files, names in other networks.
 */
import { test as isLink } from "linkifyjs";
import type { Span } from "./spans.ts";

export interface EmailSpot extends Span {
  /** In lower case, its domain in ASCII. */
  readonly address: string;
  /** As the customer wrote it. */
  readonly written: string;
}

/** RFC 5321, 4.5.3.1: octets before the @, and of the whole. */
const longestLocal = 64;
const longestAddress = 254;

/** Ids of WhatsApp, pictures for dense screens (logo@2x.…) and archives look like addresses and are no mailboxes. */
const notMailboxes = /^(?:[cg]\.us|(?:s|lid)\.whatsapp\.net)$|(?:^|\.)\d+x\.[^.]+$|\.zip$/i;
/** Set aside for manuals and tests (RFC 2606); no list of domains has them. */
const reservedDomains = /\.(?:example|test)$/;

const localSign = /[\p{L}\p{M}\p{N}._+'-]/u;
const hostSign = /[\p{L}\p{M}\p{N}.-]/u;
const label = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
/** A user of a machine, an account of telephony or chat. */
const notMail =
  /(?:^|[^\p{L}])(?:(?:ssh|scp|sftp|rsync|mosh|telnet)(?: --?\w\S{0,20}(?: [\w./~-]{1,40})?){0,4} |(?:sips?|xmpp|acct|skype):)$|%$/iu;

/** @param pages where addresses of pages stand: an @ inside one is a part of it */
export function findEmails(text: string, pages: readonly Span[]): EmailSpot[] {
  const spots: EmailSpot[] = [];
  let page = 0;
  let free = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    while ((pages[page]?.end ?? Number.POSITIVE_INFINITY) <= at) page++;
    if ((pages[page]?.start ?? Number.POSITIVE_INFINITY) < at) continue;
    const spot = around(text, at, free);
    if (spot === undefined) continue;
    spots.push(spot);
    free = spot.end;
  }
  return spots;
}

/** `undefined` for what is no address that mail can be sent to. Its own result comes back unchanged. */
export function normaliseEmail(address: string): string | undefined {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).normalize("NFC").toLowerCase();
  const host = asciiHost(address.slice(at + 1));
  if (at < 1 || host === undefined || !isLocal(local)) return undefined;
  const normal = `${local}@${host}`;
  return normal.length > longestAddress ? undefined : normal;
}

/** Whether a name is a host's with a top-level domain that exists. */
export function isKnownHost(host: string): boolean {
  const name = host.toLowerCase();
  const labels = name.split(".");
  const top = labels.at(-1) ?? "";
  if (labels.length < 2 || !labels.every((one) => label.test(one))) return false;
  // What is already in ASCII is taken on trust: nobody types "xn--" by chance.
  if (/^xn--[a-z\d-]{2,}$/.test(top)) return true;
  // The list is of last labels; what stands before them was judged above.
  return /^\p{L}/u.test(top) && (reservedDomains.test(name) || isLink(`name.${top}`, "url"));
}

function around(text: string, at: number, free: number): EmailSpot | undefined {
  const host = hostBehind(text, at + 1);
  // _name@example.com_ is how chats set text in italics.
  const isItalic = host !== undefined && text[at + 1 + host.length] === "_";
  const local = host === undefined ? undefined : localBefore(text, at, free, isItalic);
  if (host === undefined || local === undefined) return undefined;
  const start = at - local.length;
  const written = `${local}@${host}`;
  if (notMail.test(text.slice(Math.max(0, start - 80), start))) return undefined;
  const address = normaliseEmail(written);
  return address === undefined ? undefined : { address, written, start, end: start + written.length };
}

/** What stays is looked at no other way when it stands alone: marks go before words that are stuck to it. */
function localBefore(text: string, at: number, free: number, isItalic: boolean): string | undefined {
  let start = at;
  while (start > free && at - start <= longestLocal && localSign.test(signBefore(text, start)))
    start -= signBefore(text, start).length;
  const before = text[start - 1];
  if (before === "@" || at - start > longestLocal) return undefined;
  const run = text.slice(start, at);
  // The dots of a sentence, the quote or the bullet in front of an address are not its own.
  const sentence = run.lastIndexOf("..") + 1;
  const local = run
    .slice(sentence === 0 ? 0 : sentence + 1)
    .replace(isItalic ? /^[.'+_-]+/ : /^[.'+-]+/, "")
    // "почта-ivan@…": a word of the sentence stuck to a name in other letters
    .replace(/^[\p{Script=Cyrillic}\d-]*\p{Script=Cyrillic}[.:-]?(?=[a-z\d][^\p{Script=Cyrillic}]*$)/iu, "");
  return isLocal(local.toLowerCase()) ? local : undefined;
}

function isLocal(local: string): boolean {
  return (
    local.length > 0 &&
    local.length <= longestLocal &&
    !/^[.'+-]|[.']$|\.\./.test(local) &&
    /[\p{L}\p{N}]/u.test(local) &&
    [...local].every((sign) => localSign.test(sign))
  );
}

function hostBehind(text: string, start: number): string | undefined {
  let end = start;
  while (end < text.length && end - start <= longestAddress && hostSign.test(signAt(text, end)))
    end += signAt(text, end).length;
  const following = text.slice(end, end + 2);
  // name@one@two, a name that domains cannot have, and machine:path
  if (/^(?:@|_[\p{L}\d]|:[a-z~/.])/iu.test(following)) return undefined;
  let host = text.slice(start, end).replace(/[.-]+$/, "");
  while (host.includes(".")) {
    if (isKnownHost(host)) return notMailboxes.test(host) ? undefined : host;
    // "ivan@mail.ru.Жду ответа", "ivan@mail.ruтел", "ivan@mail.ru-почта": what comes next stuck to it
    const top = /\.([a-z]{2,})(?:\p{Script=Cyrillic}|-|\d{5})[^.]*$/iu.exec(host);
    host = top === null ? host.slice(0, host.lastIndexOf(".")) : host.slice(0, top.index + 1 + (top[1]?.length ?? 0));
  }
  return undefined;
}

/** Characters outside the first plane are two units long. */
const signAt = (text: string, index: number): string => String.fromCodePoint(text.codePointAt(index) ?? 0);

function signBefore(text: string, index: number): string {
  const unit = text.charCodeAt(index - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && index > 1 ? text.slice(index - 2, index) : text.slice(index - 1, index);
}

/** UTS 46, by the URL parser that every browser has. */
function asciiHost(host: string): string | undefined {
  if (!isKnownHost(host)) return undefined;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}
