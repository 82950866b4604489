import type { Localised } from "../domain/localised.ts";

export const apiSentences: readonly Localised[] = [];
