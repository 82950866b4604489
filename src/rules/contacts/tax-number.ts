/** Weights of the check digits of a Russian tax number (ИНН): of companies ten digits, of people twelve. */
const company = [2, 4, 10, 3, 5, 9, 4, 6, 8] as const;
const first = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8] as const;
const second = [3, ...first] as const;

/**
 * Whether the check digits make a row of digits a Russian tax number. Ten digits may be a phone as well: a mobile is taken
 * for one, except where its code is that of a tax office (9701 to 9739, Moscow).
 *
 * Source: Federal Tax Service, order ЕД-7-14/559 (structure), and the check digits' published formula.
 */
export function isTaxNumber(digits: string): boolean {
  const agrees = (weights: readonly number[]): boolean =>
    (weights.reduce((sum, weight, place) => sum + weight * Number(digits[place]), 0) % 11) % 10 ===
    Number(digits[weights.length]);
  // Of the countries' codes that are written without a plus one is a tax office's as well: 3801 to 3853, Irkutsk.
  if (digits.length === 12) return digits.startsWith("380") && agrees(first) && agrees(second);
  return digits.length === 10 && !/^9(?!7[0-3])/.test(digits) && agrees(company);
}
