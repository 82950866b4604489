/** Headers of a mail or of a part: lookups and the few forms that their values have. Pure; never throws. */
import { addressParser, decodeWords } from "postal-mime";
import type { Mailbox } from "./read-mail-types.ts";

/** Unfolded and otherwise as sent; several of one name stay in their order. */
export interface HeaderField {
  /** Lower case. */
  readonly key: string;
  readonly value: string;
}

export class MailHeaders {
  readonly #fields: readonly HeaderField[];

  constructor(fields: readonly HeaderField[]) {
    this.#fields = fields;
  }

  /** Values of one name, first to last; the name in any case. */
  all(name: string): readonly string[] {
    const key = name.toLowerCase();
    return this.#fields.filter((field) => field.key === key).map(({ value }) => value);
  }

  /** The first value, "" when there is none. */
  first(name: string): string {
    const key = name.toLowerCase();
    return this.#fields.find((field) => field.key === key)?.value ?? "";
  }

  has(name: string): boolean {
    const key = name.toLowerCase();
    return this.#fields.some((field) => field.key === key);
  }

  get size(): number {
    return this.#fields.length;
  }

  /** Decoded, on one line. */
  words(name: string): string {
    return oneLine(safely(() => decodeWords(this.first(name)), this.first(name)));
  }

  /** Of all headers of that name; groups are opened, what has no address is left out. */
  mailboxes(name: string): readonly Mailbox[] {
    return this.all(name).flatMap(mailboxesIn);
  }

  /** `<id@host>`, each once, in their order. */
  messageIds(name: string): readonly string[] {
    return [...new Set(this.all(name).flatMap(messageIdsIn))];
  }

  date(name: string): Date | undefined {
    const time = Date.parse(this.first(name).replace(/\([^)]*\)\s*$/, ""));
    return Number.isNaN(time) ? undefined : new Date(time);
  }
}

/** Controls go as well: none may stand in a database's text, and none means anything on one line. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** A header longer than this is an attack or a mistake; who stands behind it is not looked at. */
const LONGEST_ADDRESS_HEADER = 100_000;

function mailboxesIn(value: string): readonly Mailbox[] {
  const whole = value.slice(0, LONGEST_ADDRESS_HEADER);
  const parsed = safely(() => addressParser(whole, { flatten: true }), []);
  const found = parsed.flatMap(({ name, address }) => {
    const clean = bareAddress(address ?? "") ?? bareAddress(name);
    return clean === undefined ? [] : [{ name: nameWithout(name, clean), address: clean }];
  });
  if (found.length > 0) return found;
  const lone = /[^\s<>"'(),;:[\]]{1,300}@[^\s<>"'(),;:[\]]{1,255}/.exec(whole)?.[0];
  return lone === undefined ? [] : [{ name: "", address: lone.toLowerCase() }];
}

const nameWithout = (name: string, address: string): string => {
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

/** Every id in a value; a value without brackets that looks like one id is taken as such. */
export function messageIdsIn(value: string): readonly string[] {
  // Some programs fold inside an id; blanks are never part of one.
  const bracketed = [...value.matchAll(/<([^<>]{1,2000})>/g)].map(([, id = ""]) => id.replace(/[\s\p{Cc}]+/gu, ""));
  if (bracketed.length > 0) return bracketed.filter((id) => id !== "").map((id) => `<${id}>`);
  return value
    .split(/[\s,]+/)
    .filter((token) => /^[^\s<>()]+@[^\s<>()]+$/.test(token))
    .map((id) => `<${id}>`);
}

function safely<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
