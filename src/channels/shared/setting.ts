import { isSupportedCountry } from "libphonenumber-js";
import { z } from "zod";

/** Pieces of which the settings of site channels are made. Setup pages send an empty text for what was not filled in. */

const orDefault = (value: unknown) => (typeof value === "string" && value.trim() === "" ? undefined : value);
const trimmed = (value: unknown) => (typeof value === "string" ? value.trim() : value);

export const textSetting = (max: number) => z.string().trim().max(max).default("");

/** `#rrggbb`; three digits are written out. */
export const colorSetting = (fallback: string) =>
  z.preprocess(
    orDefault,
    z
      .string()
      .trim()
      .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, "write the colour as #2563eb")
      .transform((value) => (value.length === 4 ? value.replace(/[0-9a-f]/gi, "$&$&") : value).toLowerCase())
      .default(fallback),
  );

/** One of these words, the first of them when nothing was chosen. */
export const choiceSetting = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.preprocess(
    (value) => (typeof value === "string" ? orDefault(value.trim().toLowerCase()) : value),
    z.enum(words).default(words[0] as Words[number]),
  );

/** A whole number within limits, written as a text or as a number. */
export const numberSetting = (min: number, max: number, fallback: number) =>
  z.preprocess(
    orDefault,
    z.coerce
      .number(`write a number from ${min} to ${max}`)
      .int(`write a whole number from ${min} to ${max}`)
      .min(min, `write a number from ${min} to ${max}`)
      .max(max, `write a number from ${min} to ${max}`)
      .default(fallback),
  );

/** ISO 3166 code of two letters, upper case; empty where none was chosen. */
export const countrySetting = z.preprocess(
  (value) => (typeof value === "string" ? value.trim().toUpperCase() : value),
  z
    .string()
    .refine(
      (value) => value === "" || isSupportedCountry(value),
      "write the two letters of a country: ES, DE, KZ, US …",
    )
    .default(""),
);

/** `en`, `es`, `ru`, `ar`; empty = the visitor's browser decides. */
export const languageSetting = z.preprocess(
  (value) => (typeof value === "string" ? value.trim().toLowerCase() : value),
  z.enum(["", "en", "ru", "es", "ar"]).default(""),
);

/** A text from an address bar: http or https, no user name. */
export const linkSetting = z.preprocess(
  trimmed,
  z
    .string()
    .max(2_000)
    .refine((value) => value === "" || isWebAddress(value), "write a full address: https://shop.example/thanks")
    .default(""),
);

function isWebAddress(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}
