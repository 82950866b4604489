import { type Words, wordsOf } from "../../i18n.ts";
import { type CannedKey, type CannedPlural, en } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of where canned replies are kept: loaded with it. */
export const { t, count }: Words<CannedKey, CannedPlural> = wordsOf<CannedKey, CannedPlural>({ en, ru, es });
