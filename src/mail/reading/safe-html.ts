import sanitizeHtml from "sanitize-html";

export interface SafeHtml {
  readonly html: string;
  /** Pictures for which there was no place. */
  readonly blockedImages: number;
}

/** Where a picture is shown from, by what the letter says (`https://…`, `cid:…`); `undefined`: it is left out. */
export type ImagePlace = (source: string) => string | undefined;

/**
 * A letter's HTML without anything that runs, submits, loads or covers: scripts, forms, frames, handlers, style sheets and
 * positions go, words stay. Links lead to the web, to mail and to telephones; they open elsewhere and tell nobody from where.
 * Pictures are shown only from where `place` says. Pure; any text is taken, well-formed or not.
 */
export function safeHtml(html: string, place: ImagePlace): SafeHtml {
  let blockedImages = 0;
  const clean = sanitizeHtml(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      "*": ["style", "align", "valign", "width", "height", "bgcolor", "color", "dir", "lang", "border"],
      a: ["href", "title", "target", "rel"],
      img: ["src", "alt", "title"],
      td: ["colspan", "rowspan", "nowrap"],
      th: ["colspan", "rowspan", "nowrap"],
      table: ["cellpadding", "cellspacing"],
      font: ["face", "size"],
      ol: ["start", "type"],
    },
    allowedStyles: { "*": STYLES },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesByTag: { img: ["http", "https", "data"] },
    allowProtocolRelative: false,
    nonTextTags: ["style", "script", "textarea", "option", "noscript", "title"],
    nestingLimit: MOST_NESTED,
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, target: "_blank", rel: "noopener noreferrer nofollow" },
      }),
      img: (tagName, { src = "", ...attribs }) => {
        const shown = /^data:image\/(png|jpeg|gif|webp);base64,/i.test(src) ? src : place(src.trim());
        if (shown === undefined) blockedImages += 1;
        return { tagName, attribs: shown === undefined ? attribs : { ...attribs, src: shown } };
      },
    },
    exclusiveFilter: ({ tag, attribs }) => tag === "img" && attribs.src === undefined && (attribs.alt ?? "") === "",
  });
  return { html: clean, blockedImages };
}

/** Deeper is no letter but an attack on whoever draws it. */
const MOST_NESTED = 200;

const TAGS = [
  ...["a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite"],
  ...[
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
  ],
  ...["footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark"],
  ...["nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary"],
  ...["sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr"],
];

/** Values of styles that only draw: no `url(…)`, no expressions, nothing that is loaded. */
const HARMLESS = /^(?!.*(?:url|expression|image-set|attr|var)\s*\()[\w\s.,#%()'"+/-]{1,200}$/i;
const STYLES = Object.fromEntries(
  [
    ...["color", "background", "background-color", "font", "font-family", "font-size", "font-style", "font-weight"],
    ...["font-variant", "letter-spacing", "line-height", "text-align", "text-decoration", "text-indent"],
    ...["text-transform", "vertical-align", "white-space", "word-break", "word-spacing", "overflow-wrap", "direction"],
    ...["border", "border-top", "border-right", "border-bottom", "border-left", "border-color", "border-style"],
    ...["border-width", "border-radius", "border-collapse", "border-spacing"],
    ...["margin-left", "margin-right", "margin-top", "margin-bottom", "padding", "padding-top", "padding-right"],
    ...["padding-bottom", "padding-left", "width", "max-width", "min-width", "height", "max-height", "list-style"],
    ...["list-style-type", "display", "table-layout"],
  ].map((name) => [name, [HARMLESS]]),
);
