import type { Localised } from "../../src/domain/localised.ts";

/** The same words in every language: enough for a channel that is a test's. */
export const everywhere = (words: string): Localised => ({ en: words, ru: words, es: words });
