import { wordsOf } from "../i18n.ts";
import { type ReportsKey, reportsEn } from "./texts/en.ts";
import { reportsEs } from "./texts/es.ts";
import { reportsRu } from "./texts/ru.ts";

export const { t: rt } = wordsOf<ReportsKey>({ en: reportsEn, ru: reportsRu, es: reportsEs });
