import type { Localised } from "../../domain/localised.ts";

export const webchatSentences: readonly Localised[] = [];
