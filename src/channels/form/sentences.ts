import type { Localised } from "../../domain/localised.ts";

export const formSentences: readonly Localised[] = [];
