import type { Localised } from "../../domain/localised.ts";

export const viberSentences: readonly Localised[] = [];
