/**
 * Subjects without what mail programs put before them: two mails of one thread then have one and the same. Prefixes are
 * those of the programs' languages (Outlook's above all, which translates them), with their counters.
 */
import { decodeWords } from "postal-mime";

export interface SubjectRules {
  /** Marks of ours; the first group is the token. */
  readonly token: RegExp;
  /** How people name a deal; the first group is its number or key. */
  readonly deals: readonly RegExp[];
}

export const defaultSubjectRules: SubjectRules = {
  token: /\[#([\p{L}\d][\p{L}\d-]{0,39})\]/giu,
  // Compatibility forms are gone by then: № and nº are "no".
  deals: [
    /\[#d-?(\d{1,12})\]/giu,
    /(?<![\p{L}\d])(?:deal|сделк[аеуи]|сделкой|negociaci[oó]n|trato|neg[oó]cio)\s*(?:n\.?o\.?|n\.|n°|#|:)?\s*(\d{1,12})(?![\p{L}\d])/giu,
  ],
};

export interface ReadSubject {
  /** In lower case; "" when nothing is left. */
  readonly normal: string;
  readonly isReply: boolean;
  readonly isForward: boolean;
  /** In lower case, in their order. */
  readonly tokens: readonly string[];
  /** Numbers or keys of deals that it names, in lower case. */
  readonly deals: readonly string[];
}

const replies =
  "re|aw|antw(?:ort)?|sv|vs|res|rif|r|odp|ynt|vá|bls|atb|отв(?:ет)?|на|ha|відп|адк|回复|回覆|答复|返信|답장|회신|σχετ|απ|השב|رد";
const forwards =
  "fwd?|fw|wg|weiterl|tr|rv|enc|vb|vl|pd|doorst|i|ilt|i̇lt|továbbítás|пер(?:есл|есылка)?|перенапр|пд|转发|轉寄|転送|전달|πρθ|הועבר|إعادة توجيه";
const counter = "\\s{0,2}(?:\\[\\d{1,3}\\]|\\(\\d{1,3}\\)|\\^\\d{1,3}|\\*\\d{1,3}|\\d{1,2})?\\s{0,2}";
const reply = new RegExp(`^(?:${replies})${counter}[:：]\\s*`, "u");
const forward = new RegExp(`^(?:${forwards})${counter}[:：]\\s*`, "u");
const bracketedReply = new RegExp(`^[[(](?:${replies})${counter}[:：]?[\\])][:：]?\\s*`, "u");
const bracketedForward = new RegExp(`^[[(](?:${forwards})${counter}[:：]?[\\])][:：]?\\s*`, "u");
/** A list's or a gateway's tag. With a digit in it, it may be all that tells two subjects apart ("[order 12] status"). */
const tag =
  /^(?:\[[^\][\d]{1,60}\]|\[\s*(?:spam|ext|external)[^\][]{0,40}\]|\*{2,}\s*spam\s*\*{2,}|\{spam\??\}|(?:spam|external|ext)\s*:)\s*/u;
const tail = /\s*(?:\(fwd\)|\[fwd\])$/u;

/** `undefined`: the subject is not known. */
export function readSubject(subject: string | null | undefined, rules = defaultSubjectRules): ReadSubject | undefined {
  if (subject === null || subject === undefined) return undefined;
  const text = (subject.includes("=?") ? decodeWords(subject) : subject).normalize("NFKC");
  const tokens = firstGroups(text, rules.token);
  const deals = [...new Set(rules.deals.flatMap((pattern) => firstGroups(text, pattern)))];
  let rest = tidy(text.replaceAll(rules.token, " "));
  let isReply = false;
  let isForward = false;
  for (let before = ""; before !== rest; ) {
    before = rest;
    if (reply.test(rest) || bracketedReply.test(rest)) {
      isReply = true;
      rest = rest.replace(reply, "").replace(bracketedReply, "");
    } else if (forward.test(rest) || bracketedForward.test(rest)) {
      isForward = true;
      rest = rest.replace(forward, "").replace(bracketedForward, "");
    } else {
      rest = rest.replace(tag, "");
    }
  }
  if (tail.test(rest)) isForward = true;
  return { normal: rest.replace(tail, "").trim(), isReply, isForward, tokens, deals };
}

/** White space (also the one that folding leaves), marks of direction and what cannot be seen. */
const tidy = (text: string): string =>
  text
    .replace(/[\p{Cf}\u00ad]/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .toLowerCase();

/** Each once; most subjects have none, which is told without taking matches apart. */
const firstGroups = (text: string, pattern: RegExp): string[] =>
  text.search(pattern) < 0
    ? []
    : [...new Set([...text.matchAll(pattern)].map((match) => (match[1] ?? match[0]).toLowerCase()))];
