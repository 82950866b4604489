import { type Words, wordsOf } from "../../shared/i18n.ts";
import { en, type RulesKey, type RulesPlural } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of the rules: loaded with them, and not with every page. */
export const { t, count }: Words<RulesKey, RulesPlural> = wordsOf<RulesKey, RulesPlural>({ en, ru, es });
