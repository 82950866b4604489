/** What vendors hand us as names and texts, made fit to be stored, shown and saved. Pure and total. */

/** Control characters, marks of writing direction, zero-width space and joiner of words. Joiners of letters stay. */
const UNSEEN = /\p{Cc}|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/gu;

/** Text that JSON and a database take: well-formed UTF-16 of the same length, without NUL. */
export function storableText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\u0000") ? wellFormed.replaceAll("\u0000", "\ufffd") : wellFormed;
}

/**
 * A file name without folders, control characters and the marks that turn the direction of writing (they make
 * `exe.gpj` read as `jpg.exe`). May be empty.
 */
export function safeFileName(claimed: string): string {
  return storableText(claimed).replace(UNSEEN, "").replace(/[/\\]/g, "_").trim().slice(-200).toWellFormed();
}

/** A person's name, or nothing when it is none ("." or "👑"): passed on, such names would make one person of many. */
export function realName(claimed: string | undefined): string | undefined {
  if (claimed === undefined) return undefined;
  const name = storableText(claimed).replace(UNSEEN, "").replace(/\s+/g, " ").trim();
  return /\p{L}/u.test(name) ? name.slice(0, 200).toWellFormed() : undefined;
}
