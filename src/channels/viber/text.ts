/** Texts from outside, made fit to be kept, shown and matched. Pure. */

/** Control characters, marks of writing direction, zero-width space and joiner of words. Joiners of letters stay. */
const UNSEEN = /\p{Cc}|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/gu;
/** Everything that JSON has to write as an escape of six bytes, line breaks and tabs apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/** A text of the same length that any database can hold: no NUL, no halves of surrogate pairs. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}

/** A text that takes at most three bytes a unit in a request to Viber: no control characters. */
export function sendable(text: string): string {
  return text.replace(CONTROLS, "").toWellFormed();
}

/**
 * A person's name as far as it is one. Names like "." or "👑" are none: passed on, they would make one person of many.
 * Neither is what Viber puts in place of a name whose owner does not show it ("Content personalization" off).
 */
export function cleanName(claimed: string | undefined): string | undefined {
  if (claimed === undefined) return undefined;
  const name = storable(claimed).replace(UNSEEN, "").replace(/\s+/g, " ").trim();
  if (!/\p{L}/u.test(name) || /^(viber user|subscriber)$/i.test(name)) return undefined;
  return name.slice(0, 200).toWellFormed();
}

/**
 * A file name fit to be shown and saved: no folders, no control characters, and none of the marks that turn the
 * direction of writing, which make `exe.gpj` read as `jpg.exe` and the other way round.
 */
export function fileName(claimed: string): string {
  return storable(claimed).replace(UNSEEN, "").replace(/[/\\]/g, "_").trim().slice(-200).toWellFormed();
}
