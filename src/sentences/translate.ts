/**
 * What the server says, in the language of whoever reads it.
 *
 * Sentences are English where they are made and in the database: a worker that writes one knows no reader, and a reader may
 * change their language. They are translated where somebody reads them: answers of the API and its errors, notices, alarms,
 * what is written into a line. Catalogues stand beside those who speak (`adapter.sentences`, `portal.ts`, `relay.ts`, …);
 * a test reads all sources and demands that none of their sentences is missing and none of the catalogues' is left over.
 *
 * Pure and without state. What no catalogue knows stays English, so nothing is ever lost: neither a vendor's words nor a
 * sentence that an older version wrote into the journal.
 */
import type { Language, Localised, Translate } from "../domain/localised.ts";
import { fill, match, type Pattern, readPattern } from "./pattern.ts";

interface Entry {
  readonly said: Pattern;
  readonly translated: Readonly<Record<Language, Pattern>>;
  /** Letters outside of gaps: the more, the surer a match. */
  readonly weight: number;
}

/** Sentences that were joined to one text are told apart up to so many; the rest stays as it is. */
const MOST_JOINED = 12;
/** How deep sentences of ours stand in sentences of ours. */
const DEEPEST = 4;

export function createTranslate(catalogue: readonly Localised[]): Translate {
  const exact = new Map<string, Localised>();
  const withGaps: Entry[] = [];
  for (const words of catalogue) {
    const said = readPattern(words.en);
    if (said.gaps.length === 0) exact.set(words.en, words);
    else withGaps.push(entryOf(said, words));
  }
  withGaps.sort((one, other) => other.weight - one.weight);

  function translate(text: string, language: Language, depth: number): string {
    if (text === "" || depth > DEEPEST) return text;
    const known = whole(text, language, depth, readsAsOne);
    if (known !== undefined) return known;
    if (text.includes("\n")) return byParts(text.split("\n"), language, depth).join("\n");
    const joined = text.split(BETWEEN);
    if (joined.length === 1) return whole(text, language, depth, () => true) ?? text;
    const { all, said } = joinedParts(joined, language, depth);
    return (all ? undefined : whole(text, language, depth, () => true)) ?? said;
  }

  const byParts = (parts: readonly string[], language: Language, depth: number) =>
    parts.map((part) => translate(part, language, depth + 1));

  /** The text as one sentence of ours, when it is one. */
  function whole(text: string, language: Language, depth: number, fits: Fits): string | undefined {
    const words = exact.get(text);
    if (words) return words[language];
    for (const { said, translated } of withGaps) {
      const values = match(said, text);
      if (!values || !fits(said, values)) continue;
      const shown = new Map(
        said.gaps.map(({ name, ours }, index) => {
          const value = values[index] ?? "";
          return [name, ours ? translate(value, language, depth + 1) : value];
        }),
      );
      return fill(translated[language], (name) => shown.get(name) ?? "");
    }
    return undefined;
  }

  /** Sentences of ours one after the other; each is taken as long as one is known. */
  function joinedParts(parts: readonly string[], language: Language, depth: number) {
    const most = Math.min(parts.length, MOST_JOINED);
    const said: string[] = [];
    let all = parts.length <= MOST_JOINED;
    let at = 0;
    while (at < most) {
      let end = most;
      let known: string | undefined;
      while (end > at) {
        known = whole(parts.slice(at, end).join(" "), language, depth, readsAsOne);
        if (known !== undefined) break;
        end -= 1;
      }
      all &&= known !== undefined;
      said.push(known ?? parts[at] ?? "");
      at = Math.max(end, at + 1);
    }
    return { all, said: [...said, ...parts.slice(most)].join(" ") };
  }

  return (sentence, language) => (language === "en" ? sentence : translate(sentence, language, 0));
}

/** Where one sentence ends and the next begins. */
const BETWEEN = /(?<=[.!?…]["”»)]?) (?=\S)/;

type Fits = (said: Pattern, values: readonly string[]) => boolean;

/** A name at the head of a sentence is no other sentence: those are two that were joined. */
const readsAsOne: Fits = ({ parts, gaps }, [first = ""]) => parts[0] !== "" || gaps[0]?.ours || !BETWEEN.test(first);

const entryOf = (said: Pattern, words: Localised): Entry => ({
  said,
  translated: { en: said, ru: readPattern(words.ru), es: readPattern(words.es) },
  weight: said.parts.join("").length,
});
