/** Headers of a mail or of a part: lookups and the few forms that their values have. Pure; never throws. */
import { decodeWords } from "postal-mime";
import { mailboxesIn } from "./mailboxes.ts";
import { oneLine, safely } from "./one-line.ts";
import type { Mailbox } from "./read-mail-types.ts";

/** Unfolded and otherwise as sent; several of one name stay in their order. */
export interface HeaderField {
  /** Lower case. */
  readonly key: string;
  /** With or without blanks around it. */
  readonly value: string;
}

/** With its comment; longer ones are none, and looking for the comment in them would take their square. */
const LONGEST_DATE = 200;

export class MailHeaders {
  /** Values by name, first to last: a mail is asked for a dozen of them. */
  readonly #values = new Map<string, string[]>();
  readonly size: number;

  constructor(fields: readonly HeaderField[]) {
    this.size = fields.length;
    for (const { key, value } of fields) {
      const values = this.#values.get(key);
      if (values === undefined) this.#values.set(key, [value.trim()]);
      else values.push(value.trim());
    }
  }

  /** Values of one name, first to last; the name in any case. */
  all(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** The first value, "" when there is none. */
  first(name: string): string {
    return this.all(name)[0] ?? "";
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** Decoded, on one line. */
  words(name: string): string {
    const value = this.first(name);
    return oneLine(value.includes("=?") ? safely(() => decodeWords(value), value) : value);
  }

  /** Of all headers of that name; groups are opened, what has no address is left out. */
  mailboxes(name: string): readonly Mailbox[] {
    return this.all(name).flatMap(mailboxesIn);
  }

  /** `<id@host>`, each once, in their order. */
  messageIds(name: string): readonly string[] {
    const values = this.all(name);
    return values.length === 0 ? [] : [...new Set(values.flatMap(messageIdsIn))];
  }

  date(name: string): Date | undefined {
    const time = Date.parse(
      this.first(name)
        .slice(0, LONGEST_DATE)
        .replace(/\([^)]*\)$/, ""),
    );
    return Number.isNaN(time) ? undefined : new Date(time);
  }
}

/** Every id in a value; a value without brackets that looks like one id is taken as such. */
export function messageIdsIn(value: string): readonly string[] {
  // Some programs fold inside an id; blanks are never part of one.
  const bracketed = value.match(/<[^<>]{1,2000}>/g)?.map((id) => id.replace(/[\s\p{Cc}]+/gu, "")) ?? [];
  if (bracketed.length > 0) return bracketed.filter((id) => id !== "<>");
  return value
    .split(/[\s,]+/)
    .filter((token) => /^[^\s<>()]+@[^\s<>()]+$/.test(token))
    .map((id) => `<${id}>`);
}
