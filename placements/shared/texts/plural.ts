/** Forms for Intl.PluralRules; a language gives those it has. */
export interface Plural {
  readonly one: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}
