import { type Words, wordsOf } from "../i18n.ts";
import { en, type PersonKey } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of the panel about a customer: loaded with it. */
export const { t }: Pick<Words<PersonKey, never>, "t"> = wordsOf<PersonKey>({ en, ru, es });
