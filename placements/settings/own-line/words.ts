import { type Words, wordsOf } from "../../shared/i18n.ts";
import { en, type OwnLineKey } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of settings of accounts without a line: loaded with them. */
export const { t }: Pick<Words<OwnLineKey, never>, "t"> = wordsOf<OwnLineKey>({ en, ru, es });
