/**
 * Folds the mails that a mail quotes away, so that what is new in it can be read. Two rules stand above all forms of mail
 * programs: no word is lost (what is not visible is folded), and in doubt everything stays visible: answers between quoted
 * lines, a citation within a text, a forwarded mail without a word about it.
 *
 * Pure; linear in the text but for a look ahead of a few lines.
 */
import { followedByQuote, introductionAt, type QuoteLine } from "./quote-introductions.ts";
import { isSignature } from "./quote-signatures.ts";
import { FORWARD_SUBJECT } from "./subject-prefixes.ts";
import { tidyLines } from "./tidy-lines.ts";

export interface Folded {
  readonly visible: string;
  readonly folded: string;
}

interface Block {
  /** Where its introduction begins; the same as `start` when it has none. */
  readonly begin: number;
  readonly start: number;
  readonly end: number;
  /** Introduced by a line of a mail program, or marked as a quote by its HTML. */
  readonly attributed: boolean;
}

interface Tail {
  readonly begin: number;
  readonly forwarded: boolean;
}

interface Layout {
  readonly blocks: readonly Block[];
  /** An earlier mail without quoting marks: everything from here on. */
  readonly tail: Tail | undefined;
}

/** More lines are a log or a list, not a conversation. */
const MOST_LINES = 50_000;

export function foldQuotes(lines: readonly QuoteLine[], subject: string): Folded {
  const whole = { visible: joined(lines), folded: "" };
  if (lines.length > MOST_LINES) return whole;
  const { blocks, tail } = layoutOf(lines);
  const end = tail?.begin ?? lines.length;
  const parts = [...blocks.map(({ begin }) => begin), end];
  const own = parts.map((stop, at) => lines.slice(at === 0 ? 0 : blocks[at - 1]?.end, stop));
  const written = own.map((part) => isWritten(part) && !isSignature(part));
  const signed = own.some(isWritten);

  const foldTail = tail !== undefined && mayFoldTail(tail, { own, written, signed }, subject);
  const foldedBlocks = blocksToFold(blocks, written, own, signed && !foldTail);
  const hidden = new Set<QuoteLine>();
  for (const block of foldedBlocks) for (const line of lines.slice(block.begin, block.end)) hidden.add(line);
  if (foldTail) for (const line of lines.slice(end)) hidden.add(line);
  if (hidden.size === 0) return whole;
  const visible = joined(lines.filter((line) => !hidden.has(line)));
  // Nobody sends nothing: then what was taken for a quote is all there is to read.
  return visible === "" ? whole : { visible, folded: joined(lines.filter((line) => hidden.has(line))) };
}

function layoutOf(lines: readonly QuoteLine[]): Layout {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line !== undefined && line.depth > 0) {
      const block = blockFrom(lines, at, at, line.mark === "certain");
      if (block !== undefined) blocks.push(block);
      at = block?.end ?? endOfRun(lines, at);
      continue;
    }
    const introduction = introductionAt(lines, at);
    if (introduction === undefined) {
      at++;
      continue;
    }
    const { end, forwarded, sure } = introduction;
    if (!followedByQuote(lines, end)) {
      // An attribution with nothing below introduces nothing; a block of headers is an earlier mail even when it was empty.
      if (sure && (end - at > 2 || isWritten(lines.slice(end)))) return { blocks, tail: { begin: at, forwarded } };
      at = Math.max(end, at + 1);
      continue;
    }
    let start = end;
    while (lines[start]?.depth === 0) start++;
    if (forwarded) return { blocks, tail: { begin: at, forwarded } };
    blocks.push({ begin: at, start, end: endOfRun(lines, start), attributed: true });
    at = endOfRun(lines, start);
  }
  return { blocks, tail: undefined };
}

function blockFrom(lines: readonly QuoteLine[], begin: number, start: number, attributed: boolean): Block | undefined {
  const end = endOfRun(lines, start);
  // ">>> import shop": nobody's answer begins three levels deep.
  const shallow = lines.slice(start, end).some(({ depth }) => depth === 1 || depth === 2);
  return shallow || attributed ? { begin, start, end, attributed } : undefined;
}

/** Behind the last quoted line of a run; empty lines within it belong to it. */
function endOfRun(lines: readonly QuoteLine[], start: number): number {
  let end = start;
  for (let at = start; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.depth > 0) end = at + 1;
    else if (line.text.trim() !== "" || line.mark === "tail") break;
  }
  return end;
}

interface Own {
  readonly own: readonly (readonly QuoteLine[])[];
  /** Which of them hold words of the author, a signature not counted. */
  readonly written: readonly boolean[];
  readonly signed: boolean;
}

function mayFoldTail({ forwarded }: Tail, { own, written, signed }: Own, subject: string): boolean {
  const forwards = forwarded || FORWARD_SUBJECT.test(subject);
  const said = written.some(Boolean);
  if (!said) return signed && !forwards;
  return forwarded || !ANSWERS_BELOW.test(joined(own.flat()));
}

/** "My answers are in red below": then the quoted mail is what there is to read. */
const ANSWERS_BELOW =
  /(?:answers?|comments?|replies|reply|responses?|notes?|marked|wrote)[^.\n]{0,40}(?:\binline\b|\bin-line\b|\bbelow\b|in (?:red|blue|green|bold|colou?r)|between (?:the|your) lines)|\binline\b|(?:ответ\p{L}{0,12}|комментар\p{L}{0,12}|пометк\p{L}{0,12}|замечани\p{L}{0,12})[^.\n]{0,40}(?:ниже|по тексту|в тексте|в теле|красным|синим|зел[её]ным|жирным|цветом)|(?:ниже|в тексте|по тексту)[^.\n]{0,20}(?:ответ|комментари)|(?:antwort\p{L}{0,12}|kommentar\p{L}{0,12}|anmerkung\p{L}{0,12})[^.\n]{0,40}(?:unten|im text|in rot|rot\b|blau|farbig|zwischen den zeilen)|(?:respuestas?|comentarios?|respond\p{L}{0,12}|contest\p{L}{0,12})[^.\n]{0,40}(?:abajo|más abajo|en el texto|en rojo|en azul|entre líneas)|réponses?[^.\n]{0,40}(?:ci-dessous|en rouge|dans le texte)/iu;

function blocksToFold(
  blocks: readonly Block[],
  written: readonly boolean[],
  own: readonly (readonly QuoteLine[])[],
  signedOnly: boolean,
): readonly Block[] {
  const last = blocks.at(-1);
  if (last === undefined) return [];
  const between = written.slice(1, -1);
  const after = written.at(-1) === true;
  if (between.some(Boolean)) {
    // Answers stand between the quoted lines: they are hardly read without them. What is left behind the last one may go.
    return after ? [] : [last];
  }
  if (!written.some(Boolean)) return signedOnly ? blocks : [];
  const before = written[0] === true;
  const first = blocks.findIndex((block) => block.attributed);
  // What stands between somebody's words and the quote that a program introduced may be a citation of their own.
  if (first >= 0) return before ? blocks.slice(first) : blocks;
  if (!before && after) return blocks;
  if (after) return [];
  return announces(own[0] ?? []) ? [] : blocks;
}

/** "This is what it says:" before a quote that no mail program introduced. */
const announces = (part: readonly QuoteLine[]): boolean =>
  /[:：]\s*$/.test(part.filter(({ text }) => text.trim() !== "").at(-1)?.text ?? "");

const isWritten = (part: readonly QuoteLine[]): boolean => part.some(({ text }) => text.trim() !== "");

const joined = (lines: readonly QuoteLine[]): string => tidyLines(lines.map(({ text }) => text).join("\n"), 2);
