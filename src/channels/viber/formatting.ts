import { createTextMarks } from "../shared/text-marks.ts";

/**
 * What Viber formats by ("Text formatting" of its documentation): bold, italic, strike and block, since Viber 14.6; older
 * ones show the marks. Keyboards have HTML instead. That a zero-width space behind a literal mark keeps it from formatting
 * is not documented there (a plain space is, which everybody would see).
 */
export const { fromMarks, toMarks, splitMarked } = createTextMarks({ inlineCode: false, quotes: false });
