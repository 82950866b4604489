import { defaultEmailKeyRules, type EmailKeyRules, emailKey } from "./email-key.ts";

/**
 * How one mailbox may stand in the CRM, whose search compares letter by letter: as it was written; as the mailbox behind it
 * (name+shop@… is name@…); and for Gmail with a dot somewhere, because johnsmith@ and john.smith@ are one box there and
 * nobody says which of them a colleague typed.
 *
 * Gmail ignores any number of dots: a name of n letters has 2^(n-1) spellings, and a search takes twenty. Asked for are one dot
 * at each place, those that part the person's names first. Two dots or more are found only as they are written.
 *
 * @param written the address and its key come first, in this order
 * @param names what the person is called, in any order
 */
export function emailSpellings(
  written: string,
  names: readonly string[],
  most: number,
  rules: EmailKeyRules = defaultEmailKeyRules,
): readonly string[] {
  const key = emailKey(written, rules) ?? written;
  const [, local = ""] = /^(.*)@gmail\.com$/.exec(key) ?? [];
  if (!rules.gmailDots || local.length < 2) return unique([written, key]).slice(0, most);
  const borders = names.flatMap((name) => [name.length, local.length - name.length, 1]);
  const places = Array.from({ length: local.length - 1 }, (_, at) => at + 1).toSorted(
    (one, other) => Number(borders.includes(other)) - Number(borders.includes(one)) || middling(local, one, other),
  );
  return unique([written, key, ...places.map((at) => `${local.slice(0, at)}.${local.slice(at)}@gmail.com`)]).slice(
    0,
    most,
  );
}

/** Where the name is not known, it is parted nearer to its middle than to its ends. */
const middling = (local: string, one: number, other: number): number =>
  Math.abs(one - local.length / 2) - Math.abs(other - local.length / 2);

const unique = (values: readonly string[]): string[] => [...new Set(values)];
