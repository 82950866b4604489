/**
 * HTML read as a row of tags, without a tree: for what is too long or too deep for a parser, whose time grows with the square
 * of the depth. Pure; linear.
 */

const ENDS_LINE = /^\/?(?:br|p|div|tr|li|h\d|blockquote|table|hr)(?![a-z0-9])/i;
const SILENT = /^(style|script|title|noscript)(?![a-z0-9])/i;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", apos: "'" };

/** Words alone; blocks end a line. */
export function withoutTags(html: string): string {
  const words: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    words.push(html.slice(at, open < 0 ? undefined : open).replace(/\s+/g, " "));
    if (open < 0) break;
    const close = html.indexOf(">", open);
    if (close < 0) {
      words.push(html.slice(open));
      break;
    }
    const tag = html.slice(open + 1, Math.min(close, open + 40));
    words.push(ENDS_LINE.test(tag) ? "\n" : " ");
    at = endOfSilence(html, tag, close + 1);
  }
  return withCharacters(words.join(""));
}

/** Behind the end of a style or script; the rest of the text is one when it never ends. */
function endOfSilence(html: string, tag: string, from: number): number {
  const name = SILENT.exec(tag)?.[1];
  if (name === undefined) return from;
  const ending = new RegExp(`</${name}`, "gi");
  ending.lastIndex = from;
  return ending.exec(html)?.index ?? html.length;
}

const withCharacters = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    const whose = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return whose ? String.fromCodePoint(code) : whole;
  });

const DEEPEST = 1000;
/** A thousand levels take at least so many characters. */
const SHORT = 3000;
const VOID = new Set(["br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "source", "embed"]);

/** Whether so many elements are open at once as in no mail. */
export function isDeep(html: string): boolean {
  if (html.length < SHORT) return false;
  let depth = 0;
  for (const [, slash, name = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9]{0,20})/gi)) {
    if (slash === "/") depth = Math.max(0, depth - 1);
    else if (!VOID.has(name.toLowerCase())) depth++;
    if (depth > DEEPEST) return true;
  }
  return false;
}
