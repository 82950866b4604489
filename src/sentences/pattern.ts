/**
 * A sentence with gaps: `The file is larger than {size} MB.` What stands in a gap is kept as it is; what stands in a gap
 * marked `{reason:ours}` is words of ours again and translated by itself.
 */
export interface Pattern {
  /** What stands between the gaps: one more than there are gaps. */
  readonly parts: readonly string[];
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly name: string;
  readonly ours: boolean;
}

const GAP = /\{([a-z][A-Za-z]*)(:ours)?\}/g;

export function readPattern(text: string): Pattern {
  const parts: string[] = [];
  const gaps: Gap[] = [];
  let end = 0;
  for (const found of text.matchAll(GAP)) {
    parts.push(text.slice(end, found.index));
    gaps.push({ name: found[1] ?? "", ours: found[2] !== undefined });
    end = found.index + found[0].length;
  }
  return { parts: [...parts, text.slice(end)], gaps };
}

/**
 * What stands in the gaps, when the text has this form. Each gap ends where the next part is found first: this finds a
 * reading whenever there is one, without ever going back.
 */
export function match({ parts }: Pattern, text: string): readonly string[] | undefined {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first ? [] : undefined;
  if (!text.startsWith(first)) return undefined;
  const values: string[] = [];
  let at = first.length;
  for (const part of rest) {
    const next = text.indexOf(part, at);
    if (next < 0) return undefined;
    values.push(text.slice(at, next));
    at = next + part.length;
  }
  const end = text.length - last.length;
  if (end < at || !text.endsWith(last)) return undefined;
  return [...values, text.slice(at, end)];
}

/** @param contentOf what comes into the gap of that name */
export const fill = ({ parts, gaps }: Pattern, contentOf: (name: string) => string): string =>
  parts.map((part, index) => part + (gaps[index] ? contentOf(gaps[index].name) : "")).join("");
