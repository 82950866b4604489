import { type Words, wordsOf } from "../i18n.ts";
import { type ChatKey, type ChatPlural, en } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of a conversation: loaded with it, and not with every page. */
export const { t, count }: Words<ChatKey, ChatPlural> = wordsOf<ChatKey, ChatPlural>({ en, ru, es });
