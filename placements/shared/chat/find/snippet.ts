export interface Piece {
  readonly text: string;
  /** One of the words that were looked for. */
  readonly hit: boolean;
}

/** Characters before the first of the words, and of all of it. */
const BEFORE = 30;
const LENGTH = 120;

/** A short part of a text around the words that were looked for in it, with the words apart. */
export function snippetOf(text: string, asked: string): readonly Piece[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  // Some letters have another length as small ones: then their places are not those of the text.
  const places = lower.length === text.length ? words.map((word) => lower.indexOf(word)).filter((at) => at >= 0) : [];
  const begin = Math.max(0, Math.min(...places, text.length) - BEFORE);
  const from = places.length === 0 ? 0 : begin;
  const part = `${from > 0 ? "…" : ""}${text.slice(from, from + LENGTH)}${from + LENGTH < text.length ? "…" : ""}`;
  if (words.length === 0) return [{ text: part, hit: false }];
  const any = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "iu");
  return part
    .split(any)
    .map((piece, at) => ({ text: piece, hit: at % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
