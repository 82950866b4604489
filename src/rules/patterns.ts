import { RE2JS, RE2Set } from "re2js";
import { fold } from "./fold.ts";

/** Folded as the texts are, but for what follows a backslash: lower case would turn \D into \d. */
const foldPattern = (pattern: string): string =>
  pattern.replace(/\\[pP]\{[^}]*\}|\\.|[^\\]+/gsu, (part) => (part.startsWith("\\") ? part : fold(part)));

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(foldPattern(pattern));
  } catch {
    return undefined;
  }
}

/**
 * How many steps of a machine the pattern is; `undefined`: it is no regular expression. The time of a search is bounded by
 * this times the length of the text.
 */
export const patternSize = (pattern: string): number | undefined => compile(pattern)?.programSize();

/** Joined, larger ones have so many states together that they are walked through one by one again. */
const JOINED_AT_MOST = 2_000;

/** All patterns that conditions look for in one text. */
export interface Patterns {
  /** The pattern's number; `undefined`: it is no regular expression and never matches. */
  add(pattern: string): number | undefined;
  /** By their numbers, which of them a folded text matches. Time is linear in the text, whatever the patterns are. */
  find(text: string): readonly boolean[];
}

/**
 * One walk over the text finds all patterns: one walk for each would be most of what a decision costs. Where they are too
 * large to be joined, each walks alone.
 */
export function createPatterns(): Patterns {
  const numbers = new Map<string, number>();
  const compiled: RE2JS[] = [];
  let joined: RE2Set | undefined;
  let isReady = false;

  return {
    add(pattern) {
      const known = numbers.get(pattern);
      if (known !== undefined) return known;
      const one = compile(pattern);
      if (!one) return undefined;
      numbers.set(pattern, compiled.length);
      isReady = false;
      return compiled.push(one) - 1;
    },
    find(text) {
      if (!isReady) joined = join(compiled);
      isReady = true;
      if (!joined) return compiled.map((pattern) => pattern.test(text));
      const found = new Array<boolean>(compiled.length).fill(false);
      for (const number of joined.match(text)) found[number] = true;
      return found;
    },
  };
}

/** A pattern alone is searched faster by itself: it may be ruled out by a word that must stand in the text. */
function join(patterns: readonly RE2JS[]): RE2Set | undefined {
  const size = patterns.reduce((sum, pattern) => sum + pattern.programSize(), 0);
  if (patterns.length < 2 || size > JOINED_AT_MOST) return undefined;
  try {
    const set = new RE2Set();
    for (const pattern of patterns) set.add(pattern.pattern());
    set.compile();
    return set;
  } catch {
    return undefined;
  }
}
