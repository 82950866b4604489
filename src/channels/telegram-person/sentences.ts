import type { Localised } from "../../domain/localised.ts";

export const telegramPersonSentences: readonly Localised[] = [];
