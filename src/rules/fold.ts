/** Texts are compared without regard to case, to ё/е and to how accents are encoded. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return BEYOND_ASCII.test(lower) ? lower.normalize("NFC").replaceAll("ё", "е") : lower;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is.
const BEYOND_ASCII = /[^\u0000-\u007f]/;
