import type { LetterAnswer } from "../../../../src/api/letters.ts";

/** What an agent says of a letter beside its text, as it was typed. What is absent is as the server says. */
export interface LetterWords {
  readonly to?: string | undefined;
  readonly cc?: string | undefined;
  readonly bcc?: string | undefined;
  readonly subject?: string | undefined;
  /** The last letter stands below. Absent: yes. */
  readonly quote?: boolean | undefined;
  /** The signature stands below. Absent: yes. */
  readonly sign?: boolean | undefined;
  /** Its reading is to be seen. Absent: as the mailbox is set. */
  readonly track?: boolean | undefined;
  /** The canned reply that it begins with. */
  readonly template?: string | undefined;
  /** It is written to this customer alone, whatever it begins with. */
  readonly personal?: boolean | undefined;
}

export interface Recipient {
  readonly address: string;
  readonly name?: string | undefined;
}

/** As the server takes it. */
export interface LetterDraft {
  readonly to?: readonly Recipient[];
  readonly cc?: readonly Recipient[];
  readonly bcc?: readonly Recipient[];
  readonly subject?: string;
  readonly quote?: boolean;
  readonly sign?: boolean;
  readonly track?: boolean;
  readonly template?: string;
}

export type ReadWords =
  | { readonly kind: "ready"; readonly letter: LetterDraft }
  /** This is no address. */
  | { readonly kind: "bad"; readonly written: string }
  /** Nobody would get it. */
  | { readonly kind: "nobody" };

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\.]+$/;

export function readWords({ to, cc, bcc, subject, quote, sign, track, template, personal }: LetterWords): ReadWords {
  const letter: { -readonly [Key in keyof LetterDraft]: LetterDraft[Key] } = {};
  for (const [name, typed] of [
    ["to", to],
    ["cc", cc],
    ["bcc", bcc],
  ] as const) {
    if (typed === undefined) continue;
    const read = recipientsIn(typed);
    if (typeof read === "string") return { kind: "bad", written: read };
    letter[name] = read;
  }
  if (letter.to?.length === 0) return { kind: "nobody" };
  if (subject !== undefined) letter.subject = subject.trim();
  if (quote !== undefined) letter.quote = quote;
  if (sign !== undefined) letter.sign = sign;
  if (track !== undefined) letter.track = track;
  if (template !== undefined && personal !== true) letter.template = template;
  return { kind: "ready", letter };
}

/** `Maria Lopez <maria@example.com>, ann@example.com`; the part that is no address, when there is one. */
function recipientsIn(typed: string): readonly Recipient[] | string {
  const all: Recipient[] = [];
  for (const part of typed.split(/[,;\n](?=(?:[^"]*"[^"]*")*[^"]*$)/).map((one) => one.trim())) {
    if (part === "") continue;
    const [, named = "", inBrackets] = /^(.*)<([^<>]*)>$/.exec(part) ?? [];
    const address = (inBrackets ?? part).trim();
    if (!ADDRESS.test(address)) return part;
    const name = named.trim().replace(/^"(.*)"$/, "$1");
    all.push(name === "" ? { address } : { address, name });
  }
  return all;
}

/** As it is typed. */
export const writeRecipients = (all: readonly Recipient[]): string =>
  all
    .map(({ address, name }) => (name === undefined || name === "" ? address : `${quoted(name)} <${address}>`))
    .join(", ");

const quoted = (name: string): string => (/[,;"]/.test(name) ? `"${name.replaceAll('"', "")}"` : name);

/** Other scripts of this origin could write into what a browser keeps. */
export function isLetterWords(value: unknown): value is LetterWords {
  if (typeof value !== "object" || value === null) return false;
  const { to, cc, bcc, subject, quote, sign, track, template, personal } = value as Record<string, unknown>;
  const isText = (one: unknown) => one === undefined || typeof one === "string";
  const isFlag = (one: unknown) => one === undefined || typeof one === "boolean";
  return [to, cc, bcc, subject, template].every(isText) && [quote, sign, track, personal].every(isFlag);
}

/** Of a letter that is written once more. */
export const wordsOf = ({ to, cc, bcc = [], subject, tracked = false, template }: LetterAnswer): LetterWords => ({
  to: writeRecipients(to),
  cc: writeRecipients(cc),
  bcc: writeRecipients(bcc),
  subject,
  track: tracked,
  ...(template !== undefined && { template }),
});

/** Addresses in what is typed, as far as it can be read. */
export function addressesIn(typed: readonly string[]): readonly string[] {
  const read = typed.map(recipientsIn).flatMap((all) => (typeof all === "string" ? [] : all));
  return [...new Set(read.map(({ address }) => address))];
}
