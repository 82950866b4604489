import type { Localised } from "../../domain/localised.ts";

/** What channels say with the same words, and what files of this folder say for them. */
export const sharedSentences: readonly Localised[] = [];
