import type { LetterSending } from "../../domain/letter.ts";
import type { Language, Localised } from "../../domain/localised.ts";
import { normaliseSpans, type RichText } from "../../domain/rich-text.ts";

/** What stands in a text where its readers are to find the link by which they leave. */
const GAP = /\{unsubscribe\}/gi;
/** Where nothing comes in its place, the space before it goes, too. */
const GAP_AND_SPACE = / ?\{unsubscribe\}/gi;
const WORDS: Localised = { en: "Unsubscribe", ru: "Отписаться", es: "Cancelar la suscripción" };

/**
 * The text with the link where it asks for one; without the gap where the letter goes to one person and nobody has to leave.
 * Formatting stays on the words that it stood on. Total.
 */
export async function withLeavingLink(
  body: RichText,
  unsubscribe: LetterSending["unsubscribe"],
  languageOf: () => Promise<Language>,
): Promise<RichText> {
  const url = unsubscribe?.url ?? (unsubscribe?.mailto === undefined ? undefined : `mailto:${unsubscribe.mailto}`);
  const gap = url === undefined ? GAP_AND_SPACE : GAP;
  const gaps = [...body.text.matchAll(gap)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }));
  if (gaps.length === 0) return body;
  const words = url === undefined ? "" : WORDS[await languageOf()];
  /** Where a place of the old text is in the new one. */
  const moved = (place: number): number => {
    const before = gaps.filter(({ end }) => end <= place);
    const shift = before.reduce((sum, { start, end }) => sum + words.length - (end - start), 0);
    const inside = gaps.find(({ start, end }) => start < place && place < end);
    return (inside ? inside.start : place) + shift;
  };
  const text = body.text.replace(gap, () => words);
  const spans = body.spans.map((span) => ({ ...span, start: moved(span.start), end: moved(span.end) }));
  const links =
    url === undefined
      ? []
      : gaps.map(({ start }) => {
          const at = moved(start);
          return { kind: "link" as const, start: at, end: at + words.length, url };
        });
  return { text, spans: normaliseSpans(text, [...spans, ...links]) };
}
