import { DateTime } from "luxon";
import type { MailAddress } from "../../domain/letter.ts";
import type { Language } from "../../domain/localised.ts";
import { escapeHtml, htmlOf } from "./html-body.ts";

/** The letter that is answered, below the answer. */
export interface QuotedLetter {
  readonly from: MailAddress;
  readonly at: Date;
  readonly text: string;
  /** Of whoever reads it: the language of the line above, and where its time is told. */
  readonly language: Language;
  /** IANA name. */
  readonly zone: string;
}

/** Longer ones are cut: the whole is in the letter before. */
const LONGEST = 100_000;

/** Whoever wrote it and when, in the words by which mail programs know where the quoted part begins. */
function quoteLine({ from, at, language, zone }: QuotedLetter): string {
  const time = DateTime.fromJSDate(at, { zone }).setLocale(language);
  const local = time.isValid ? time : DateTime.fromJSDate(at, { zone: "utc" }).setLocale(language);
  const who = from.name ? `${from.name} <${from.address}>` : `<${from.address}>`;
  const clock = local.toFormat("HH:mm");
  if (language === "ru") return `${local.toFormat("d MMM yyyy 'г.' 'в'")} ${clock}, ${who} пишет:`;
  if (language === "es") return `El ${local.toFormat("d MMM yyyy")} a las ${clock}, ${who} escribió:`;
  return `On ${local.toFormat("d MMM yyyy")} at ${clock}, ${who} wrote:`;
}

export function quotedText(letter: QuotedLetter): string {
  const lines = cut(letter.text).split(/\r?\n/);
  return [quoteLine(letter), ...lines.map((line) => (line.startsWith(">") ? `>${line}` : `> ${line}`))].join("\n");
}

export function quotedHtml(letter: QuotedLetter): string {
  const words = htmlOf({ text: cut(letter.text), spans: [] });
  return `<div>${escapeHtml(quoteLine(letter))}</div><blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${words}</blockquote>`;
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
