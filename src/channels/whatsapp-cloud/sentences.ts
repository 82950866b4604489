import type { Localised } from "../../domain/localised.ts";

export const whatsappCloudSentences: readonly Localised[] = [];
