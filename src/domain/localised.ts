/** Words of ours in every language that our pages speak. */
export interface Localised {
  readonly en: string;
  readonly ru: string;
  readonly es: string;
}

export type Language = keyof Localised;

/**
 * A sentence of ours in its reader's language. Total: what is not known as a sentence of ours (a vendor's words, one of an
 * older version) stays as it is.
 */
export type Translate = (sentence: string, language: Language) => string;

/** The same for one reader. */
export type Say = (sentence: string) => string;

export const LANGUAGES: readonly Language[] = ["en", "ru", "es"];

/** What a page shows where a word is the same everywhere: an address, a number, a language in its own name. */
export type Words = string | Localised;

export const inLanguage = (words: Words, language: Language): string =>
  typeof words === "string" ? words : words[language];
