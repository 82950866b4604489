import type { Reason } from "../reasons.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { ru } from "./ru.ts";

const TEXTS = { en, ru, es };
export type ReasonLanguage = keyof typeof TEXTS;
export const REASON_LANGUAGES = Object.keys(TEXTS) as readonly ReasonLanguage[];

/** The reason as one sentence for whoever asks "why is it here?". */
export const sentenceOf = (reason: Reason, language: ReasonLanguage): string =>
  TEXTS[language][reason.code](reason.about ?? {});
