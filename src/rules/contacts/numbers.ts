/**
 * Digits read as a phone by the numbering plans (libphonenumber's metadata in full, so that a range that was never given
 * out is none), and by what people write beside the plans: 8 for +7, prefixes that were given up, no plus at all.
 */
import { parsePhoneNumberFromString as parseByShape } from "libphonenumber-js";
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { isReserved } from "./reserved.ts";

export interface Reading {
  readonly number: PhoneNumber;
  readonly how: /** With +, or with the prefix that is dialled for abroad. */
    | "international"
    /** As within the portal's country. */
    | "national"
    /** As within Russia, from a portal elsewhere. */
    | "eight"
    /** A country's code in front and nothing that says so. */
    | "plusless";
  /** Whether the plan has given this range out; without, it only has the shape of the plan's numbers. */
  readonly given: boolean;
}

export interface ReadOptions {
  readonly country: CountryCode | undefined;
  readonly eightIsSeven: boolean;
}

/** Where 8 is or was dialled for far calls and 810 for abroad: people there write each other's numbers without a plus. */
const eightCountries: ReadonlySet<string> = new Set("RU KZ BY UA UZ KG TJ TM AM AZ GE MD".split(" "));
const eightCodes: ReadonlySet<string> = new Set("7 375 380 998 996 992 993 374 994 995 373".split(" "));

export const knownCountry = (country: string | undefined): CountryCode | undefined => {
  const code = country?.trim().toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
};

export const dialsEight = (country: CountryCode | undefined): boolean =>
  country !== undefined && eightCountries.has(country);

export const isEightCode = (callingCode: string): boolean => eightCodes.has(callingCode);

/**
 * @param digits ASCII digits only
 * @param plus whether a + stands in front
 */
export function readNumber(digits: string, plus: boolean, options: ReadOptions): Reading | undefined {
  if (plus) return reading("international", international(digits) ?? mistypedPlus(digits) ?? shaped(`+${digits}`));
  const { country, eightIsSeven } = options;
  const abroad = withoutExitCode(digits, country);
  const dialled = abroad === undefined ? undefined : international(abroad);
  if (dialled !== undefined) return reading("international", dialled);
  const home = country === undefined ? undefined : national(digits, country);
  const eight = eightIsSeven && /^8\d{10}$/.test(digits) ? international(`7${digits.slice(1)}`) : undefined;
  // Without its 0 a German number may look Russian; with the 8 in front it is.
  if (home !== undefined && (eight === undefined || !lacksZero(home, digits))) return reading("national", home);
  if (eight !== undefined) return reading("eight", eight);
  const coded = digits.length < 11 ? undefined : international(digits);
  if (coded !== undefined) return reading("plusless", coded);
  return reading("national", country === undefined ? undefined : shaped(digits, country));
}

/** Whether 0 is dialled first within the number's country and was not written. */
export function lacksZero(number: PhoneNumber, digits: string): boolean {
  return digits === number.nationalNumber && !digits.startsWith("0") && /^\D*(?:8 )?0/.test(number.formatNational());
}

function reading(how: Reading["how"], number: PhoneNumber | undefined): Reading | undefined {
  return number === undefined ? undefined : { how, number, given: isGiven(number) };
}

function international(digits: string): PhoneNumber | undefined {
  // Mexico's mobiles had a 1 behind the country's code until 2019.
  const today = /^521\d{10}$/.test(digits) ? `52${digits.slice(3)}` : digits;
  return usable(parsePhoneNumberFromString(`+${today}`, { extract: false }));
}

/** No country's code begins with 8 and ten digits behind it; +7 8 (916) … is both habits at once. */
function mistypedPlus(digits: string): PhoneNumber | undefined {
  if (/^8\d{10}$/.test(digits)) return international(`7${digits.slice(1)}`);
  return /^78\d{10}$/.test(digits) ? international(`7${digits.slice(2)}`) : undefined;
}

/** What is dialled in front of a country's code: 00 nearly everywhere, 011 in North America, 8 10 where 8 is dialled. */
function withoutExitCode(digits: string, country: CountryCode | undefined): string | undefined {
  if (/^00[1-9]/.test(digits)) return digits.slice(2);
  if (/^011[2-9]/.test(digits) && (country === "US" || country === "CA")) return digits.slice(3);
  if (/^810[1-9]/.test(digits) && dialsEight(country)) return digits.slice(3);
  return undefined;
}

function national(digits: string, country: CountryCode): PhoneNumber | undefined {
  const number = usable(
    parsePhoneNumberFromString(withoutOldPrefix(digits, country), { defaultCountry: country, extract: false }),
  );
  if (number === undefined) return undefined;
  if (number.country === country) return number;
  // +1 and +44 are several countries' and their people call each other without thinking of it. In +7 ten digits tell
  // nothing: a Russian tax number is a valid mobile of Kazakhstan.
  return number.countryCallingCode === "7" && digits.length < 11 ? undefined : number;
}

/** Prefixes that stood in front of the same ten or nine digits until 2019 (Mexico) and 2009 (Ukraine). */
function withoutOldPrefix(digits: string, country: CountryCode): string {
  if (country === "MX" && digits.length > 11) return digits.replace(/^(?:01|04[45])(?=\d{10}$)/, "");
  return country === "UA" ? digits.replace(/^8(?=0\d{9}$)/, "") : digits;
}

const usable = (number: PhoneNumber | undefined): PhoneNumber | undefined =>
  number !== undefined && isGiven(number) ? number : undefined;

/** Given out by a plan, or set aside for films: the latter is what people write when they must write some. */
const isGiven = (number: PhoneNumber): boolean => number.isValid() || isReserved(number.number);

/**
 * Numbers of ranges that were opened after the list was made. They have the shape of their country's numbers (the smaller
 * metadata knows no more), and are believed only where it is sure that a phone is meant.
 */
function shaped(written: string, country?: CountryCode): PhoneNumber | undefined {
  const options = { extract: false, ...(country !== undefined && { defaultCountry: country }) };
  if (parseByShape(written, options)?.isValid() !== true) return undefined;
  const number = parsePhoneNumberFromString(written, options);
  // What is given out and came here was turned down for another reason.
  return number?.isPossible() === true && !isGiven(number) ? number : undefined;
}
