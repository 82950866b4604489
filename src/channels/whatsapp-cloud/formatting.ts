import { createTextMarks } from "../shared/text-marks.ts";

/** What WhatsApp formats by ("Text formatting" of its help centre). */
export const { fromMarks, toMarks, splitMarked } = createTextMarks({ inlineCode: true, quotes: true });
