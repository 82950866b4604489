/**
 * Addresses of a company behind which a group stands (Google Groups, Mailman): customers write to them as to any mailbox, and the
 * group marks what it hands on as a list would. Whether such a mail is a person's is told by whose group it is. Pure; never throws.
 *
 * A group is told by its software's own headers; a mass mailing has a List-Id, too, but not those. It is
 * - `own`: its domain is that of the box which received the mail. What people write there they write to the company.
 * - `addressed`: it is somebody else's, and the mail went to the box by name as well. Somebody meant us among others.
 * Any other list is a list: whoever is subscribed to one did not get a letter.
 */
import type { MailHeaders } from "./mail-headers.ts";
import type { Mailbox } from "./read-mail-types.ts";

export interface Group {
  readonly address: string;
  readonly whose: "own" | "addressed" | "foreign";
}

/** What mass mailers put in beside what a group does; the second List-Unsubscribe is theirs. */
const MASS = ["list-unsubscribe-post", "x-campaign", "x-campaignid", "x-campaign-id", "x-unisender-mailing-id"];

export function groupOf(headers: MailHeaders, recipients: readonly Mailbox[]): Group | undefined {
  const address = groupAddress(headers);
  if (address === undefined || isMass(headers)) return undefined;
  const box = boxOf(headers);
  if (box === undefined) return { address, whose: "foreign" };
  const [theirs, ours] = [domainOf(address), domainOf(box)];
  if (theirs === ours || theirs.endsWith(`.${ours}`)) return { address, whose: "own" };
  const isNamed = recipients.some((one) => one.address.toLowerCase() === box);
  return { address, whose: isNamed ? "addressed" : "foreign" };
}

/**
 * Who wrote, where the group put its own address into From, as it does for senders whose domain forbids to be sent for: "'Nora' via
 * Sales" <sales@…>.
 */
export function writerBehind(group: Group | undefined, headers: MailHeaders, from: Mailbox | undefined) {
  if (group?.whose !== "own" || from?.address.toLowerCase() !== group.address) return from;
  const original = headers.mailboxes("x-original-sender")[0] ?? headers.mailboxes("x-original-from")[0];
  const other = [original, ...headers.mailboxes("reply-to")].find(
    (one) => one !== undefined && one.address.toLowerCase() !== group.address,
  );
  if (other === undefined) return from;
  const named = /^['"\s]*(.*?)['"\s]* via .+$/iu.exec(from.name)?.[1] ?? "";
  return { address: other.address, name: other.name === "" ? named : other.name };
}

/** Where a letter to the list that handed a mail on is written to (RFC 2369). `undefined`: nowhere, or no list did. */
export function postingAddress(headers: MailHeaders): string | undefined {
  const told = MAILTO.exec(headers.first("list-post"))?.[1];
  return told !== undefined && ADDRESS.test(told) ? told.toLowerCase() : undefined;
}

/** The group that handed a mail on, whoever it is of. `undefined`: no group's software did. */
function groupAddress(headers: MailHeaders): string | undefined {
  const isGroup = headers.has("x-google-group-id") || headers.has("x-mailman-version") || headers.has("x-beenthere");
  return isGroup ? addressOf(headers) : undefined;
}

const isMass = (headers: MailHeaders): boolean =>
  MASS.some((name) => headers.has(name)) || headers.all("list-unsubscribe").length > 1;

const MAILTO = /mailto:([^>?]+)/i;
const ADDRESS = /[^\s<>,;:"()]+@[^\s<>,;:"()]+\.[^\s<>,;:"()]+/;

function addressOf(headers: MailHeaders): string | undefined {
  const told = [
    /^\s*list\s+(\S+@[^\s;]+)/i.exec(headers.first("mailing-list"))?.[1],
    ADDRESS.exec(headers.first("x-beenthere"))?.[0],
    postingAddress(headers),
    /<([^.>\s]+)\.([^>\s]+)>/.exec(headers.first("list-id"))?.slice(1).join("@"),
  ];
  return told.find((one) => one !== undefined && ADDRESS.test(one))?.toLowerCase();
}

/** The box that it lies in, as the last server says. */
function boxOf(headers: MailHeaders): string | undefined {
  for (const name of ["delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to"]) {
    const found = ADDRESS.exec(headers.first(name))?.[0];
    if (found !== undefined) return found.toLowerCase();
  }
  return undefined;
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
