/**
 * A print of what a mail says. Copies that went different ways have prints that agree: in another charset or wrapping, as
 * HTML, with a list's footer, a scanner's line or a gateway's warning. Other words make another print.
 *
 * Letters and digits alone count. Before that, what gateways add is taken off: warnings at the top, and at the bottom
 * parts that speak of lists, scanning or confidentiality. A part is what stands behind a line of dashes or an empty line.
 * Nobody knows all footers: what is printed is each part behind a line of dashes, and a copy with one more at its end
 * still agrees.
 */
import { digest } from "./digest.ts";

/** What follows is long enough told apart by this much of it. */
const LONGEST = 100_000;

const footer = new RegExp(
  [
    // lists
    "unsubscribe|mailing.?list|you (?:are )?receiv(?:ed|ing) this (?:message|e-?mail|mail) because|google ?groups|groups\\.google|listinfo|list[- ]?(?:archive|owner|footer)|distribution list|subscribed|to leave (?:this|the)|(?:sent|posted) (?:via|through|to) (?:the )?(?:\\S+@|\\S+ (?:list|group))",
    "отпис(?:аться|ки)|рассылк|вы получили это (?:письмо|сообщение)|abmelden|abbestellen|mailingliste|darse de baja|cancelar (?:la )?suscripci[oó]n|lista de (?:correo|distribuci[oó]n)|désabonner|desinscrever",
    // scanners
    "virus-?free|antivirus|anti-virus|антивирус|virenfrei|avast|kaspersky|dr\\.? ?web|scanned (?:by|for)|has been (?:scanned|checked)|вирус(?:ов|ы) (?:не|нет)|проверено",
    // lawyers
    "confidential|intended (?:solely|only)? ?(?:for|recipient)|disclaimer|privileged|конфиденциальн|vertraulich|aviso legal|confidencial|think before (?:you )?print|consider the environment",
  ].join("|"),
  "iu",
);

const warning =
  /originated from outside|outside (?:of )?(?:the|your) organi[sz]ation|\[?external(?: e-?mail| sender| message)?\]?\s*(?::|$)|caution\s*:|don['’]t often (?:get|receive) e-?mail|внешн(?:ее|ий|его) (?:письмо|отправител|адрес|источник)|отправлен[оа]? извне|externe (?:e-?mail|nachricht)|außerhalb (?:der|ihrer) organisation|correo externo|fuera de (?:la|su) organizaci[oó]n/iu;

const rule = /^[\s>]*(?:[-_=*~#—–•]\s?){2,}$/u;
const signature = /^--\s*$/;
/** A footer is short; what is longer says something. */
const FOOTER_LINES = 15;
const WARNING_LENGTH = 600;
/** Tables in plain text have a rule on every line. */
const MOST_PARTS = 8;

/** `undefined`: there are no words in it, so nothing can be compared. */
export function contentPrint(body: string | null | undefined): string | undefined {
  if (body === null || body === undefined) return undefined;
  const lines = withoutTags(decodedQuotedPrintable(body.slice(0, LONGEST)))
    .normalize("NFKC")
    .split(/\r\n?|\n/)
    .map((line) => line.trimEnd());
  const parts = partsOf(withoutFooters(withoutWarning(lines)));
  return parts.length === 0 ? partsOf(lines)[0] : parts.slice(0, MOST_PARTS).join(".");
}

/** Whether two prints may be of one mail: the same, or one with something added at its end. */
export const printsAgree = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);

/** A print of each part that has words. */
function partsOf(lines: readonly string[]): string[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (rule.test(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.flatMap((part) => {
    const said = bare(part.join("\n"));
    return said === "" ? [] : [digest(said)];
  });
}

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

function withoutWarning(lines: readonly string[]): readonly string[] {
  let rest = lines;
  for (;;) {
    const start = rest.findIndex((line) => line.trim() !== "");
    if (start === -1) return rest;
    const length = rest.slice(start).findIndex((line) => line.trim() === "" || rule.test(line));
    // Many put nothing between the warning and the first line: a line that warns is taken alone, too.
    const paragraph = length === -1 ? rest.slice(start) : rest.slice(start, start + length);
    const first = rest[start] ?? "";
    if (length > 0 && warning.test(paragraph.join(" ")) && paragraph.join(" ").length <= WARNING_LENGTH)
      rest = rest.slice(start + length);
    else if (warning.test(first) && rest.length > start + 1) rest = rest.slice(start + 1);
    else if (rest !== lines && rule.test(first)) rest = rest.slice(start + 1);
    else return rest;
  }
}

function withoutFooters(lines: readonly string[]): readonly string[] {
  let rest = lines;
  for (;;) {
    while (rest.length > 0 && (rest.at(-1)?.trim() === "" || rule.test(rest.at(-1) ?? ""))) rest = rest.slice(0, -1);
    const cut = lastFooter(rest);
    if (cut === undefined || bare(rest.slice(0, cut).join("\n")) === "") return rest;
    rest = rest.slice(0, cut);
  }
}

/** Where the last part begins, when it is a footer: behind a line of dashes, or else behind an empty line. */
function lastFooter(lines: readonly string[]): number | undefined {
  const behindRule = lines.findLastIndex((line) => rule.test(line));
  const behindBlank = lines.findLastIndex((line) => line.trim() === "");
  if (behindRule !== -1 && isFooter(lines.slice(behindRule + 1), signature.test(lines[behindRule] ?? "")))
    return behindRule;
  return behindBlank !== -1 && isFooter(lines.slice(behindBlank + 1), false) ? behindBlank : undefined;
}

function isFooter(part: readonly string[], isSignature: boolean): boolean {
  if (part.length > FOOTER_LINES) return false;
  return isSignature || footer.test(part.join(" ").replace(/\s+/g, " "));
}

/** Some copies come as they were on the wire. Text that merely has an equals sign is left alone. */
function decodedQuotedPrintable(text: string): string {
  if (!/=(?:\r?\n|[\dA-F]{2}=[\dA-F]{2}|3D)/.test(text)) return text;
  const unwrapped = text.replace(/=[ \t]*\r?\n/g, "");
  return unwrapped.replace(/(?:=[\dA-F]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll("=", ""), "hex");
    const read = bytes.toString("utf8");
    return read.includes("\ufffd") ? run : read;
  });
}

/** Only for comparing: never for showing. */
function withoutTags(text: string): string {
  if (!/<(?:html|body|div|p|br|table|span|meta|!doctype)\b[^<>]*>/i.test(text)) return text;
  return text
    .replace(/<(style|script|head|title)\b[^>]*>[\s\S]*?<\/\1\s*>/gi, " ")
    .replace(/<(?:br|hr|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]*>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&nbsp;/gi, " ")
    .replace(/&lt;/gi, "<")
    .replace(/&gt;/gi, ">")
    .replace(/&quot;/gi, '"')
    .replace(/&#(\d{1,7});/g, (whole, code: string) => codePoint(Number(code)) ?? whole)
    .replace(/&#x([\da-f]{1,6});/gi, (whole, code: string) => codePoint(Number.parseInt(code, 16)) ?? whole)
    .replace(/&amp;/gi, "&");
}

const codePoint = (code: number): string | undefined =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
