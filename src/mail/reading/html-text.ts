/**
 * HTML of a mail to text, by html-to-text, with marks on the lines of which the HTML knows what they are: where an answered
 * mail begins, which line introduces it. Blockquotes get the quoting marks of plain text. Never throws: what is too deep or
 * too long for the library is stripped of its tags.
 */
import { compile, type DomNode, type FormatCallback } from "html-to-text";
import { isDeep, withoutTags } from "./html-tags.ts";
import { tidyLines } from "./tidy-lines.ts";

/** Characters that no text may hold (Unicode keeps them free for programs); those of the sender are dropped. */
export const HTML_MARKS = {
  /** Everything from here on is an earlier mail. */
  tail: "\ufdd0",
  /** This line introduces a quote. */
  attribution: "\ufdd1",
  /** This line is in a quote that a mail program made. */
  certain: "\ufdd2",
} as const;

const attributeOf = (element: DomNode, name: string): string => String(element.attribs?.[name] ?? "");

const blockquote: FormatCallback = (element, walk, builder) => {
  const style = attributeOf(element, "style");
  const made =
    /^cite$/i.test(attributeOf(element, "type")) ||
    /gmail_quote|protonmail_quote|zmail|yahoo/i.test(`${attributeOf(element, "class")} ${attributeOf(element, "id")}`);
  const indented =
    !made &&
    /border(?:-left)?\s*:\s*(?:none|0)|margin(?:-left)?\s*:\s*0?(?:px)?\s*(?:0(?:px)?\s+){0,2}40px/i.test(style) &&
    !/border-left\s*:\s*[^;]*(?:solid|dashed)/i.test(style);
  if (indented) {
    builder.openBlock({ leadingLineBreaks: 1 });
    walk(element.children, builder);
    builder.closeBlock({ trailingLineBreaks: 1 });
    return;
  }
  const mark = made || /border-left\s*:\s*[^;]*(?:solid|dashed)/i.test(style) ? HTML_MARKS.certain : "";
  builder.openBlock({ leadingLineBreaks: 1, reservedLineLength: 2 });
  walk(element.children, builder);
  builder.closeBlock({
    trailingLineBreaks: 1,
    blockTransform: (text) =>
      tidyLines(text, 2)
        .split("\n")
        .map((line) => `> ${line}${mark}`)
        .join("\n"),
  });
};

const tail: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addInline(HTML_MARKS.tail);
  builder.closeBlock({ trailingLineBreaks: 1 });
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

/** Outlook draws a line above the headers of the answered mail; people draw such lines above anything. */
const outlookTail: FormatCallback = (element, walk, builder) => {
  const headers = headOf(element, 2000);
  const isDated = /(?:19|20)\d\d/.test(headers) && /\d{1,2}[:.]\d\d/.test(headers);
  const isMail = (isDated || HEADERS_ADDRESS.test(headers)) && (headers.match(HEADERS_LABEL)?.length ?? 0) > 1;
  if (isMail) return tail(element, walk, builder, {});
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};
const HEADERS_ADDRESS = /[^\s@<>]@[^\s@<>]{1,255}\.\p{L}{2}/u;

const HEADERS_LABEL = /\p{L}[\p{L}\p{M} .\u00a0\u202f-]{0,30}[:：]/gu;

/** Its first characters: such lines may be nested by the hundred. */
function headOf(node: DomNode, most: number): string {
  if (node.type === "text") return String(node.data ?? "").slice(0, most);
  let text = "";
  for (const child of node.children ?? []) {
    if (text.length >= most) break;
    text += `${headOf(child, most - text.length)} `;
  }
  return text;
}

const attribution: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({
    trailingLineBreaks: 1,
    blockTransform: (text) =>
      text
        .split("\n")
        .map((line) => (line.trim() === "" ? line : line + HTML_MARKS.attribution))
        .join("\n"),
  });
};

/** Cells of a row stand beside each other: words of two cells are two words. */
const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(" ");
};

/** What mail programs put around the mail that is answered, without quoting marks. */
const TAILS = [
  'div[id$="divRplyFwdMsg"]',
  "div#mail-editor-reference-message-container",
  'div[class*="yahoo_quoted"]',
  'div[id*="yahoo_quoted"]',
  'div[name="quote"]',
  'div[data-marker="__HEADERS__"]',
  "div.zmail_extra",
];
const OUTLOOK_TAILS = ['div[style*="border-top:solid #E1E1E1"]', 'div[style*="border-top:solid #B5C4DF"]'];

const ATTRIBUTIONS = ["div.gmail_attr", "div.moz-cite-prefix"];

const convert = compile({
  wordwrap: false,
  // Everything: what stands behind the body, or in a second one, was written as well.
  baseElements: { selectors: [] },
  formatters: {
    cellOfMail: cell,
    blockquoteOfMail: blockquote,
    tailOfMail: tail,
    outlookTailOfMail: outlookTail,
    attributionOfMail: attribution,
  },
  selectors: [
    { selector: "a", options: { ignoreHref: true } },
    { selector: "img", format: "skip" },
    { selector: "title", format: "skip" },
    ...["html", "body", "hr", "table", "tr", "option", "button"].map((selector) => ({
      selector,
      format: "block",
      options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
    })),
    ...["td", "th"].map((selector) => ({ selector, format: "cellOfMail" })),
    { selector: "p", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: "blockquote", format: "blockquoteOfMail" },
    ...TAILS.map((selector) => ({ selector, format: "tailOfMail" })),
    ...OUTLOOK_TAILS.map((selector) => ({ selector, format: "outlookTailOfMail" })),
    ...ATTRIBUTIONS.map((selector) => ({ selector, format: "attributionOfMail" })),
    ...[1, 2, 3, 4, 5, 6].map((level) => ({ selector: `h${level}`, options: { uppercase: false } })),
  ],
});

/** Longer HTML is generated by programs; its tags are dropped without building a tree. */
const LONGEST = 2_000_000;

/** Text with marks; `quoteLines` takes them off. */
export function htmlToMarkedText(html: string): string {
  const clean = html.replace(/[\ufdd0-\ufdd2]|&#(?:0*6497[678]|x0*fdd[0-2]);/gi, "");
  if (clean.length > LONGEST || isDeep(clean)) return tidy(withoutTags(clean));
  try {
    return tidy(convert(clean));
  } catch {
    return tidy(withoutTags(clean));
  }
}

const tidy = (text: string): string => tidyLines(text.replaceAll("\ufeff", ""), 1);
