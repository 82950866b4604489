import type { Localised } from "../../domain/localised.ts";

export const whatsappWebSentences: readonly Localised[] = [];
