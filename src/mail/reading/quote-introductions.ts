/**
 * The lines by which a mail program introduces an earlier mail: "On … wrote:", "From: … Sent: …", "----- Original Message
 * -----". Each form is strict enough that people's own sentences are not taken for one: a date, an address, or several labels
 * have to stand together.
 */
import { headerBlockEnd } from "./quote-header-block.ts";

export interface QuoteLine {
  readonly text: string;
  /** How many quoting marks stand before it; 0 for new text. */
  readonly depth: number;
  /** What the HTML says of this line, see `html-text.ts`. */
  readonly mark: "tail" | "attribution" | "certain" | undefined;
}

export interface Introduction {
  /** The first line behind it. */
  readonly end: number;
  readonly forwarded: boolean;
  /** Nothing but a mail program writes this: what follows is a quote even without quoting marks. */
  readonly sure: boolean;
}

const MONTHS =
  "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|ene|abr|ago|dic|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|déc|gen|mag|giu|lug|set|ott|fev|out";
const WEEKDAYS =
  "mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|lun|mar|mi[ée]|jue|vie|s[áa]b|dom|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so";

/** How an attribution begins: a word for "on", a weekday, or a date. */
const START = new RegExp(
  `^[\\s*_-]*(?:(?:on|at|in message|in data|am|el|en|le|il giorno|il|em|no dia|a|op|dnia|w dniu|den|pe|в|во|вы писали|вы написали|you wrote|sie schrieben|usted escribió)(?=[\\s,]).{0,60}\\d|(?:${WEEKDAYS})[\\p{L}]*[.,]?\\s+.{0,30}\\d|\\d{1,2}:\\d\\d(?:\\s?[ap]m)?,\\s+(?:${MONTHS})|\\d{1,2}[./-]\\d{1,2}[./-]\\d{2,4}|\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}|\\d{1,2}\\.?\\s(?:de\\s)?(?:${MONTHS})|(?:${MONTHS})[\\p{L}]*\\.?\\s\\d{1,2},)`,
  "iu",
);

const VERB =
  /(?:\bwrote|\bwrites|\bsaid|пишет|пишете|пис[аá]л[аи]?(?:\(-?а\))?|написал[аи]?(?:\(-?а\))?|\bschrieb(?:en)?|geschrieben|escribi[óo]|[ée]crit|scritto|escreveu|schreef|geschreven|napisał(?:\(a\))?|pisze|skrev|kirjoitti|пише|написав)(?![\p{L}])/iu;

const DATE = /(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}:\d\d)(?!\d)/;
const TIME = /(?<!\d)\d{1,2}[:.h]\d\d(?!\d)/;
const ADDRESS = /[^\s<>()"',;:]{1,128}@[^\s<>()"',;:]{1,255}\.[\p{L}\d-]{2,}/u;
const END = /:[\s*_]*$|\s-{2,}\s*$|：\s*$/;

/** Some programs forget the colon. */
const VERB_LAST = new RegExp(`(?:${VERB.source})\\s*$`, "iu");

/** "Anna Peters <anna@firm.example> wrote:", a line of its own. */
const ADDRESS_WROTE = new RegExp(`^[^.!?:<>]{1,60}<[^<>\\s]+@[^<>\\s]+>\\s(?:${VERB.source})\\s?:$`, "iu");

/** Two words with capitals, then "wrote:". */
const NAME_WROTE = new RegExp(`^\\p{Lu}[\\p{L}.'-]+(?:\\s\\p{Lu}[\\p{L}.'-]*){1,3},?\\s(?:${VERB.source})\\s?:$`, "u");

/** Longer ones are paragraphs. */
const LONGEST = 400;
const MOST_LINES = 4;

const FORWARDED =
  /^[\s*>]*(?:-{2,}\s*(?:forwarded (?:message|by)|(?:пересылаемое|переслан+ое|перенаправлен+ое|переадресован+ое) (?:сообщение|письмо)|mensaje (?:reenviado|enviado)|weitergeleitete nachricht|message transféré|messaggio inoltrato|mensagem (?:encaminhada|reencaminhada))[^-]*-{2,}|(?:begin forwarded message|начало (?:переадресован+ого|пересылаемого) сообщения|inicio del mensaje reenviado|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:transféré|réexpédié)|inizio messaggio inoltrato|início da mensagem (?:encaminhada|reencaminhada))\s?:)\s*$/iu;

const ORIGINAL =
  /^[\s*>]*-{2,}\s*(?:original message|original appointment|reply message|исходное (?:сообщение|письмо)|оригинальное (?:сообщение|письмо)|исходный текст|mensaje original|correo original|urspr(?:ü|ue)ngliche (?:nachricht|mail|e-mail)|original-?nachricht|message d'origine|message original|messaggio originale|mensagem original|oorspronkelijk bericht|oprindelig (?:meddelelse|besked))[^-]*-{2,}[\s*]*$/iu;

/** GroupWise in English: ">>> Anna Peters <anna@firm.example> 5/12/2026 3:12 PM >>>". */
const GROUPWISE = /^>>> ?[^>\s].{0,200}\d{1,2}[:.]\d\d(?: ?[ap]m)? ?>>>\s*$/iu;

/** Help desks ask to answer above a line of theirs; whatever stands below it is theirs. */
const ABOVE =
  /^[^\p{L}\n]{0,20}(?:(?:please )?(?:type|write|enter)?(?: your)? ?(?:reply|answer|response) above this line|(?:пожалуйста,? )?(?:введите|напишите|пишите) (?:ваш )?ответ (?:над|выше) этой (?:строк|лини)[^\n]{0,10}|(?:por favor,? )?(?:escriba|responda) (?:su respuesta )?(?:por )?encima de esta línea|bitte (?:geben sie ihre antwort|antworten sie)? ?(?:oberhalb|über) dieser (?:zeile|linie)(?: ein)?)[^\p{L}\n]{0,20}$/iu;

/** Horde: "Quoting Anna Peters <anna@firm.example>:", in the languages it has. */
const QUOTING =
  /^(?:quoting|zitat von|citando(?: a)?|цитирование)\s(?:[^:\n]{0,120}<[^<>\s]{1,200}@[^<>\s]{1,200}>|[^\s@]{1,100}@[^\s:]{1,200}):$/iu;

const RULE = /^\s*(?:_{8,}|-{8,}|={8,}|\*{8,})\s*$/;

/** The introduction that begins at a line of new text; undefined when none does. */
export function introductionAt(lines: readonly QuoteLine[], at: number): Introduction | undefined {
  const line = lines[at];
  if (line === undefined || line.depth > 0) return undefined;
  if (line.mark === "tail") return { end: restOfIntroduction(lines, at), forwarded: false, sure: true };
  if (line.text.trim() === "") return undefined;
  if (line.mark === "attribution") return markedAttribution(lines, at);
  const forwarded = FORWARDED.test(line.text);
  if (forwarded || [ORIGINAL, GROUPWISE, ABOVE].some((pattern) => pattern.test(line.text))) {
    return { end: restOfIntroduction(lines, at + 1), forwarded, sure: true };
  }
  if (RULE.test(line.text)) {
    const end = behindRule(lines, at + 1);
    return end === undefined ? undefined : { end, forwarded: false, sure: true };
  }
  const block = headerBlockEnd(lines, at);
  if (block !== undefined) return { end: block, forwarded: false, sure: true };
  return attributionAt(lines, at);
}

/** Headers or an attribution behind "----- Original Message -----" belong to it. */
function restOfIntroduction(lines: readonly QuoteLine[], from: number): number {
  const next = nextWritten(lines, from);
  if (next === undefined || next - from > 3 || (lines[next]?.depth ?? 0) > 0) return from;
  return headerBlockEnd(lines, next) ?? attributionAt(lines, next)?.end ?? from;
}

/** A rule alone separates anything; it belongs to what it stands above. */
function behindRule(lines: readonly QuoteLine[], from: number): number | undefined {
  const next = nextWritten(lines, from);
  if (next === undefined || next - from > 2) return undefined;
  return headerBlockEnd(lines, next) ?? yandexEnd(lines, next) ?? sureAttribution(lines, next);
}

function sureAttribution(lines: readonly QuoteLine[], at: number): number | undefined {
  const found = attributionAt(lines, at);
  return found?.sure === true ? found.end : undefined;
}

/** Yandex: a rule, "Кому: …", "Тема: …", then the attribution. */
function yandexEnd(lines: readonly QuoteLine[], at: number): number | undefined {
  let next = at;
  while (next < at + 4 && /^\s*(?:кому|копия|тема|to|cc|subject)\s*:/iu.test(lines[next]?.text ?? "")) next++;
  return next === at ? undefined : attributionAt(lines, next)?.end;
}

function markedAttribution(lines: readonly QuoteLine[], at: number): Introduction | undefined {
  let end = at;
  while (lines[end]?.mark === "attribution") end++;
  // Gmail marks the headers of a forwarded mail the same way; those are read by their words.
  const { text } = lines[at] ?? { text: "" };
  if (FORWARDED.test(text)) return { end: restOfIntroduction(lines, at + 1), forwarded: true, sure: true };
  return followedByQuote(lines, end) ? { end, forwarded: false, sure: true } : attributionAt(lines, at);
}

function attributionAt(lines: readonly QuoteLine[], at: number): Introduction | undefined {
  const first = lines[at]?.text ?? "";
  if (first.length > LONGEST) return undefined;
  const starts = START.test(first);
  if (!starts && !VERB.test(first) && !ADDRESS.test(first)) return undefined;
  let joined = "";
  for (let count = 1; count <= MOST_LINES; count++) {
    const line = lines[at + count - 1];
    if (line === undefined || line.depth > 0 || line.text.trim() === "") return undefined;
    // What begins anew further down is the attribution, and this line somebody's own.
    if (count > 1 && START.test(line.text) && DATE.test(line.text)) return undefined;
    joined = `${joined} ${line.text.trim()}`.trim();
    if (joined.length > LONGEST) return undefined;
    if (!END.test(joined) && !(starts && VERB_LAST.test(joined) && ADDRESS.test(joined))) continue;
    const quoted = followedByQuote(lines, at + count);
    const sure = (starts && isSure(joined)) || ADDRESS_WROTE.test(joined);
    const taken = sure || (quoted && isLikely(joined, starts));
    return taken ? { end: at + count, forwarded: false, sure } : undefined;
  }
  return undefined;
}

/** Enough to take what follows for a quote although nothing marks it: when, and who by their address or name. */
function isSure(joined: string): boolean {
  if (!DATE.test(joined) || !TIME.test(joined)) return false;
  if (ADDRESS.test(joined)) return true;
  if (!VERB.test(joined) || !/(?:19|20)\d\d/.test(joined) || joined.length >= 160) return false;
  // The Bat! speaks to whom it quotes: "Вы писали 12 мая 2026 г., 10:15:33:".
  if (VERB.test(joined.slice(0, joined.search(DATE)))) {
    return /^["«]?(?:\p{Lu}|\p{Lo})/u.test(joined) && ENDS_IN_TIME.test(joined);
  }
  const clock = joined.search(CLOCK);
  const behind = joined.slice(clock < 0 ? joined.search(TIME) : clock).replace(BEHIND_TIME, "");
  return !TO_SOMEBODY.test(behind) && (NAME_THEN_VERB.test(behind) || VERB_THEN_NAME.test(behind));
}

const ENDS_IN_TIME = /\d{1,2}[:.h]\d\d(?::\d\d)?[^\p{L}]*:?$/u;
/** A time that is no part of a date with points. */
const CLOCK = /(?<![\d.])\d{1,2}[:.h]\d\d(?!\.?\d)/;
/** Rest of the time, half of the day, its zone, and what joins it to the name. */
const BEHIND_TIME =
  /^\d{1,2}[:.h]\d\d[^\p{L}]*(?:(?:[ap]\.?\s?m\.?|uhr|h)(?!\p{L}))?[^\p{L}"«]*(?:(?:gmt|utc|msk|mez|mesz|ces?t)(?!\p{L})(?:\s?[+-]\d{1,2}(?::?\d\d)?)?[^\p{L}"«]*)?(?:(?:от|from|by|von|пользователь|hat|heeft)\s)?/iu;
const NAME = `["«(]?(?:(?:van|von|vom|zu|zur|de|del|della|di|da|dos|do|ter|ten|bin|ibn|al)[\\s-](?:(?:der|den|la|las|los)[\\s-])?)*(?:\\p{Lu}|\\p{Lo}|\\p{Ll}\\p{Lu})[^:!?;\\n]{0,80}`;
const NAME_THEN_VERB = new RegExp(`^${NAME}\\s(?:${VERB.source})\\s?:?$`, "u");
const VERB_THEN_NAME = new RegExp(`^(?:${VERB.source})\\s${NAME}:$`, "u");
/** People tell what somebody wrote to whom; programs do not. */
const TO_SOMEBODY =
  /(?<!\p{L})(?:мне|нам|ему|ей|тебе|вам|ваш\p{L}*|наш\p{L}*|я|i|me|us|your|our|mir|uns|ihnen|ihre?[rnms]?|unsere?|nos|nous|votre|mi|me|su|vuestr\p{L}*)(?!\p{L})/iu;

/** Enough before lines that are marked as quoted. */
function isLikely(joined: string, starts: boolean): boolean {
  const dated = DATE.test(joined);
  const addressed = ADDRESS.test(joined);
  if (QUOTING.test(joined)) return true;
  if (starts) return dated || addressed;
  if (VERB.test(joined)) return dated || addressed || NAME_WROTE.test(joined);
  return dated && addressed;
}

/** Whether the next written line is quoted. */
export function followedByQuote(lines: readonly QuoteLine[], from: number): boolean {
  const next = nextWritten(lines, from);
  return next !== undefined && (lines[next]?.depth ?? 0) > 0;
}

function nextWritten(lines: readonly QuoteLine[], from: number): number | undefined {
  for (let at = from; at < lines.length; at++) if (lines[at]?.text.trim() !== "") return at;
  return undefined;
}
