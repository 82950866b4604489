import type { Localised } from "../domain/localised.ts";

export const portalSentences: readonly Localised[] = [];
