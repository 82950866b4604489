import { type Words, wordsOf } from "../../i18n.ts";
import { en, type FindKey } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of the search in a conversation: loaded with it. */
export const { t }: Pick<Words<FindKey, never>, "t"> = wordsOf<FindKey>({ en, ru, es });
