import type { Localised } from "../domain/localised.ts";

export const relaySentences: readonly Localised[] = [];
