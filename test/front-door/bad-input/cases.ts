import { HTML, JPEG, PROGRAM, SVG, SVG_WITH_HEAD, ZIP_BOMB } from "../../support/bad-files.ts";

/** What nobody means well with, the same for every channel whose news come by requests. */

export interface BadText {
  readonly what: string;
  readonly text: string;
  /** What stands in the line of it. */
  readonly shown: RegExp;
}

/** Every word has its number, so that what is lost, doubled or out of order is seen. */
export const LONG_WORDS: readonly string[] = Array.from(
  { length: 10_000 },
  (_, at) => `word${String(at).padStart(5, "0")}`,
);

export const TEXTS: readonly BadText[] = [
  {
    what: "half of a surrogate pair",
    text: "half \ud83d of a pair and \udc4d the other",
    shown: /^half . of a pair and . the other$/,
  },
  { what: "NUL and a bell", text: "before\u0000 the\u0007 end", shown: /^before.? the.? end$/ },
  {
    what: "marks that turn the direction of writing",
    text: "invoice \u202efdp.exe\u202c here",
    shown: /^invoice fdp\.exe\u202c? here$/,
  },
  {
    what: "markup of pages and of the portal",
    text: "<img src=x onerror=alert(1)> [b]bold[/b] [url=javascript:alert(1)]x[/url]",
    shown: /onerror=alert/,
  },
  { what: "emoji alone", text: "👑🔥✨", shown: /^👑🔥✨$/ },
];

/** Nobody's name; and a name that would turn what stands behind it. */
export const BAD_NAMES: readonly string[] = ["👑👑", "\u202egnp.exe Anna\u0000"];

export interface BadFile {
  readonly what: string;
  readonly name: string;
  /** What its sender claims. */
  readonly mime: string;
  readonly bytes: Buffer;
  /** What a browser is told. `picture`: shown in place; everything else only ever a download. */
  readonly served: "picture" | "download";
}

export const FILES: readonly BadFile[] = [
  { what: "HTML that calls itself a photo", name: "photo.jpg", mime: "image/jpeg", bytes: HTML, served: "download" },
  { what: "an SVG that calls itself a photo", name: "picture.png", mime: "image/png", bytes: SVG, served: "download" },
  {
    what: "an SVG behind an XML head",
    name: "logo.svg",
    mime: "image/svg+xml",
    bytes: SVG_WITH_HEAD,
    served: "download",
  },
  { what: "HTML as what it is", name: "page.html", mime: "text/html", bytes: HTML, served: "download" },
  {
    what: "a program that calls itself a document",
    name: "report.pdf",
    mime: "application/pdf",
    bytes: PROGRAM,
    served: "download",
  },
  { what: "a photo that calls itself a text", name: "notes.txt", mime: "text/plain", bytes: JPEG, served: "picture" },
  {
    what: "a program whose name reads backwards",
    name: "\u202egpj.exe",
    mime: "image/jpeg",
    bytes: PROGRAM,
    served: "download",
  },
  { what: "a zip bomb", name: "photos.zip", mime: "application/zip", bytes: ZIP_BOMB, served: "download" },
];

/** Larger than what passes through us. */
export const TOO_LARGE_BYTES = 101 * 1024 * 1024;
