/** Forms for Intl.PluralRules; a language gives those it has. */
export interface Plural {
  readonly one: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** The same texts in another language: each key of the English ones, and no other. */
export type Translated<English> = { readonly [Key in keyof English]: English[Key] extends string ? string : Plural };
