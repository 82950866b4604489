import type { Localised } from "../../domain/localised.ts";

export const telegramSentences: readonly Localised[] = [];
