/**
 * One way of writing for the many that keyboards, phones and copied pages have: digits of other scripts and full-width
 * ones, blanks of every width, dashes of every length, marks that are not seen. What is found is judged on this text.
 */

/** Where a script's digits begin; the ten of each stand in order (Unicode, general category Nd). */
const digitZeros = [0xff10, 0x0660, 0x06f0, 0x0966] as const;

/** Total: lone halves of surrogate pairs become U+FFFD. Line breaks stay, because a number does not go over one. */
export function readable(text: string): string {
  return (
    text
      .toWellFormed()
      // Not seen, yet copied along: zero-width blanks, marks of direction, soft hyphens, the frames of emoji digits.
      .replace(/(?:\p{Cf}|\p{Variation_Selector}|[\u034f\u20e3])+/gu, "")
      .replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19]/g, (digit) => {
        const code = digit.charCodeAt(0);
        const zero = digitZeros.find((start) => code >= start && code < start + 10) ?? code;
        return String(code - zero);
      })
      .replace(/[\t\p{Zs}]/gu, " ")
      .replace(/[\p{Pd}\u2212]/gu, "-")
      .replace(/[＋﹢]/g, "+")
      .replace(/＠/g, "@")
      .replace(/（/g, "(")
      .replace(/）/g, ")")
      .replace(/．/g, ".")
      .replace(/\r\n?|[\u2028\u2029\u0085\v\f]/g, "\n")
  );
}
