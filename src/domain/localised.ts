/** Words of ours in every language that our pages speak. */
export interface Localised {
  readonly en: string;
  readonly ru: string;
  readonly es: string;
}

/** What a page shows where a word is the same everywhere: an address, a number, a language in its own name. */
export type Words = string | Localised;

export const inLanguage = (words: Words, language: keyof Localised): string =>
  typeof words === "string" ? words : words[language];
