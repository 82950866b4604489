/** Who a header of addresses names (RFC 5322, 3.4). Pure; linear; never throws. */
import { addressParser } from "postal-mime";
import { oneLine, safely } from "./one-line.ts";
import type { Mailbox } from "./read-mail-types.ts";

/** A header longer than this is an attack or a mistake; who stands behind it is not looked at. */
const LONGEST_ADDRESS_HEADER = 100_000;

/** Groups are opened, what has no address is left out. */
export function mailboxesIn(value: string): readonly Mailbox[] {
  const whole = value.slice(0, LONGEST_ADDRESS_HEADER);
  return plainMailboxes(whole) ?? anyMailboxes(whole);
}

/** By the whole grammar, and what people make of it. */
export function anyMailboxes(whole: string): readonly Mailbox[] {
  const parsed = safely(() => addressParser(whole, { flatten: true }), []);
  const found = parsed.flatMap(({ name, address }) => {
    const clean = bareAddress(address ?? "") ?? bareAddress(name);
    return clean === undefined ? [] : [{ name: nameWithout(name, clean), address: clean }];
  });
  if (found.length > 0) return found;
  const lone = /[^\s<>"'(),;:[\]]{1,300}@[^\s<>"'(),;:[\]]{1,255}/.exec(whole)?.[0];
  return lone === undefined ? [] : [{ name: "", address: lone.toLowerCase() }];
}

const address = "[\\w!#$%&*+/^`{|}~.-]+@[\\w.-]+";
const quoted = '"([^"\\\\=\\p{Cc}]*)"';
const unquoted = '([^"(),:;<>@[\\\\\\]=\\p{Cc}]*)';
const named = `(?:[ \\t]*${quoted}[ \\t]*|${unquoted})<(${address})>`;
const plain = new RegExp(`(?:[ \\t]*(${address})|${named})[ \\t]*(?:,|$)`, "uy");

/**
 * The same for what nearly all headers are, a tenth of the work: addresses, alone or in angle brackets, with names in which
 * nothing is encoded, escaped or commented. `undefined`: there is something else in it.
 */
export function plainMailboxes(whole: string): readonly Mailbox[] | undefined {
  const found: Mailbox[] = [];
  for (plain.lastIndex = 0; plain.lastIndex < whole.length; ) {
    const [, lone, inQuotes, outside, bracketed] = plain.exec(whole) ?? [];
    const given = lone ?? bracketed;
    if (given === undefined) return undefined;
    const clean = given.toLowerCase();
    found.push({ name: nameWithout(inQuotes ?? outside ?? "", clean), address: clean });
  }
  return found.length === 0 ? undefined : found;
}

const nameWithout = (name: string, address: string): string => {
  if (name === "") return "";
  const clean = oneLine(name).replace(/^["']+|["']+$/g, "");
  return clean.toLowerCase() === address ? "" : clean;
};

/** Lower case, out of angle brackets and `mailto:`; undefined when it is no address. */
export function bareAddress(value: string): string | undefined {
  const address = value
    .trim()
    .replace(/^<+|>+$/g, "")
    .replace(/^mailto:/i, "")
    .replace(/^["']|["']$/g, "")
    .trim()
    .toLowerCase();
  return /^[^\s\p{Cc}@<>]+@[^\s\p{Cc}@<>]+$/u.test(address) ? address : undefined;
}
