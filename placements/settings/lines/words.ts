import { locale } from "../../shared/boot.ts";
import { type Words, wordsOf } from "../../shared/i18n.ts";
import { en, type LinesKey, type LinesPlural } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { fieldsEn, type LineTextKey } from "./texts/fields-en.ts";
import { fieldsEs } from "./texts/fields-es.ts";
import { fieldsRu } from "./texts/fields-ru.ts";
import { ru } from "./texts/ru.ts";

/** The words of lines' settings: loaded with them, and not with every page. */
export const { t, count }: Words<LinesKey, LinesPlural> = wordsOf<LinesKey, LinesPlural>({ en, ru, es });

const fields: Readonly<Record<LineTextKey, string>> = { en: fieldsEn, ru: fieldsRu, es: fieldsEs }[locale];

export const labelOf = (field: LineTextKey): string => fields[field];

/** What a setting means, where its name does not say it. */
export function helpOf(field: LineTextKey): string | undefined {
  const key = `${field}.help`;
  return key in fields ? fields[key as LineTextKey] : undefined;
}
