import { type Words, wordsOf } from "../../shared/i18n.ts";
import { type AutomationKey, type AutomationPlural, en } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** The words of automation: loaded with it, and not with every page. */
export const { t, count }: Words<AutomationKey, AutomationPlural> = wordsOf<AutomationKey, AutomationPlural>({
  en,
  ru,
  es,
});
