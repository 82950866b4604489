/**
 * Digits read as a phone by the numbering plans (libphonenumber's metadata in full, so that a range that was never given
 * out is none), and by what people write beside the plans: 8 for +7, prefixes that were given up, no plus at all.
 */
import { type CountryCode, isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";

export interface Reading {
  readonly number: PhoneNumber;
  readonly how:
    /** With +, or with the prefix that is dialled for abroad. */
    | "international"
    /** As within the portal's country. */
    | "national"
    /** As within Russia, from a portal elsewhere. */
    | "eight"
    /** A country's code in front and nothing that says so. */
    | "plusless";
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
  if (plus) return reading("international", international(digits) ?? mistypedPlus(digits));
  const { country, eightIsSeven } = options;
  const abroad = withoutExitCode(digits, country);
  if (abroad !== undefined) {
    const found = reading("international", international(abroad));
    if (found !== undefined) return found;
  }
  const home = country === undefined ? undefined : national(digits, country);
  const eight = eightIsSeven && /^8\d{10}$/.test(digits) ? international(`7${digits.slice(1)}`) : undefined;
  // Without its 0 a German number may look Russian; with the 8 in front it is.
  if (home !== undefined && (eight === undefined || !lacksZero(home, digits))) return { number: home, how: "national" };
  if (eight !== undefined) return { number: eight, how: "eight" };
  return digits.length < 11 ? undefined : reading("plusless", international(digits));
}

/** Whether 0 is dialled first within the number's country and was not written. */
export function lacksZero(number: PhoneNumber, digits: string): boolean {
  return digits === number.nationalNumber && /^\D*0/.test(number.formatNational());
}

function reading(how: Reading["how"], number: PhoneNumber | undefined): Reading | undefined {
  return number === undefined ? undefined : { number, how };
}

function international(digits: string): PhoneNumber | undefined {
  // Mexico's mobiles had a 1 behind the country's code until 2019.
  const today = digits.length === 13 && digits.startsWith("521") ? `52${digits.slice(3)}` : digits;
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
  const number = usable(parsePhoneNumberFromString(withoutOldPrefix(digits, country), { defaultCountry: country, extract: false }));
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

/** Given out by a plan, or by Ofcom for films: the latter is what people in Britain write when they must write some. */
function usable(number: PhoneNumber | undefined): PhoneNumber | undefined {
  if (number === undefined) return undefined;
  return number.isValid() || /^\+447700900\d{3}$/.test(number.number) ? number : undefined;
}
