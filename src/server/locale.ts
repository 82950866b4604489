import type { Locale } from "../api/boot.ts";

/** Portal languages that are closer to Russian or Spanish than to English. */
const NEAREST: Readonly<Record<string, Locale>> = {
  ru: "ru",
  by: "ru",
  kz: "ru",
  ua: "ru",
  uk: "ru",
  be: "ru",
  kk: "ru",
  es: "es",
  la: "es",
  co: "es",
  mx: "es",
};

/** The page's language for a portal's language code (`LANG`, `Accept-Language`); English when there is none. */
export function localeOf(language: string | undefined): Locale {
  const code =
    (language ?? "")
      .trim()
      .toLowerCase()
      .split(/[-_,;]/)[0] ?? "";
  return NEAREST[code] ?? "en";
}
