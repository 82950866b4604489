/**
 * Bounces that are no RFC 3464 reports: qmail, Exim, old Postfix and Exchange, Gmail, Yandex, Mail.ru, appliances. They are
 * recognised by their sender together with their words, never by words alone: people forward bounces and talk about them.
 * Pure; never throws.
 */

import { isAnswerSubject, noReplySign } from "./automatic.ts";
import type { MailHeaders } from "./mail-headers.ts";
import { bareAddress } from "./mailboxes.ts";
import type { Bounce, BouncedRecipient, Mailbox } from "./read-mail-types.ts";
import { verdictOf } from "./smtp-status.ts";

export interface BounceText {
  readonly headers: MailHeaders;
  readonly from: Mailbox | undefined;
  readonly to: readonly Mailbox[];
  readonly subject: string;
  readonly text: string;
  readonly nullReturnPath: boolean;
  /** Whom the mail went to that this one brings back, where it does. */
  returnedTo(): readonly Mailbox[];
  /** A mail comes with it, or the headers of one. */
  readonly bringsBack: boolean;
}

const DAEMON_ADDRESS =
  /^(?:mailer[-_.]?daemon|maildaemon|mail[-_]daemon|post_?master|mdaemon|mailsystem|mail[-_.]?delivery|mailerdaemon|double-bounce|microsoftexchange[0-9a-f]{8,}|bounce[sd]?|noreply-dmarc-support)(?:[+=-][^@]*)?@/i;
const DAEMON_NAME =
  /mail(?:er)?[- ](?:delivery|daemon)|delivery (?:sub)?system|mail(?:er)? (?:delivery )?system|internet mail delivery|postmaster|system administrator|служба доставки|почтов(?:ая|ый) (?:служба|робот|демон)|администратор почт/i;

const FAILED_SUBJECT =
  /undeliver(?:ed|able)|non-?deliver|delivery (?:status notification|failure|has failed|problem|error|report|notification)|(?:mail|message)(?: delivery)? (?:failed|failure|error|undeliverable|could not be delivered|not delivered)|failed (?:mail )?delivery|returned (?:mail|to sender)|failure notice|mail system error|could ?n[o']t (?:be )?deliver|rejected:|не ?доставлен|недоставлен|не уда(?:лось|[её]тся) доставить|ошибка доставки|сбой доставки|невозможно доставить|отч[её]т о доставке|возврат письма|unzustellbar|nicht zugestellt|zustellung.{0,40}fehlgeschlagen|zustellfehler|no (?:se )?(?:ha )?(?:puede |pudo |podido )?entrega|mensaje (?:devuelto|rechazado|no entregado)|error de entrega|non remis|échec de (?:la )?remise|mancato recapito|não entregue/i;
const LATE_SUBJECT =
  /delay|transient|warning: could not send|not yet (?:been )?delivered|still being retried|задерж|отложен|пока не доставлен|verz(?:ö|oe)ger|retras|demora|différé|ritard/i;

const FAILED_WORDS =
  /could ?n[o']t (?:be )?deliver|(?:was|were|is|be) not (?:be )?delivered|wasn'?t delivered|not (?:been )?delivered to|unable to deliver|undeliverable|delivery (?:to|has)[^\n]{0,120}fail|delivery failed|delivery has failed|failed permanently|permanent (?:fatal )?errors?|failed addresses|following address(?:es)? failed|(?:did not|didn't|does not) reach|message (?:was |has been )?(?:rejected|returned|blocked)|user unknown|unknown user|no such (?:user|mailbox|recipient)|mailbox (?:unavailable|not found|is full)|address rejected|does ?n[o']t exist|giving up on|given up|не (?:может|могло|было|был[ао]?|уда(?:лось|[её]тся)|смогли?|доставлен)[^\n]{0,60}(?:доставл|доставит)|не доставлено|недоставл|невозможно доставить|не существует|не найден|unzustellbar|nicht zugestellt|konnte[^\n]{0,80}nicht[^\n]{0,40}(?:zugestellt|gesendet)|no (?:se )?(?:ha )?(?:puede|pudo|podido) (?:ser )?(?:entregar|entregado)|no se pudo entregar|no ha sido entregado|n'a pas pu être (?:remis|distribué)/i;
const LATE_WORDS =
  /(?:has|have|was|is) (?:been )?delay|not yet (?:been )?delivered|(?:has|have) not yet been|still (?:being )?(?:trying|retried|in the queue)|will (?:be )?(?:retr|try|keep trying|continue)|(?:temporary|temporarily)[^\n]{0,60}(?:problem|fail|defer|unable)|do not need to (?:resend|do anything)|no action is required|warning message only|задерж|будут? (?:продолжен|предприн|повтор)|попыт[а-яё]{0,8} (?:будут|продолж)|повторная отправка не требуется|пока не (?:уда|достав)|noch nicht zugestellt|verz(?:ö|oe)ger|weiter(?:hin)? versucht|todavía no|aún no|seguirá intentando|retras|demora/i;

/** What such a mail tells; undefined when it is none. */
export function bounceFromText(mail: BounceText): Bounce | undefined {
  const failedHeader = mail.headers.all("x-failed-recipients").flatMap(addressesIn);
  // Some servers write their own name without a domain, which is no address.
  const sender = mail.headers.words("from");
  const daemon =
    DAEMON_ADDRESS.test(mail.from?.address ?? "") || DAEMON_NAME.test(sender) || (sender === "" && mail.nullReturnPath);
  const report = /^multipart\/report/i.test(mail.headers.first("content-type"));
  const told = ownWords(mail.text);
  const subjectFails = FAILED_SUBJECT.test(mail.subject);
  const subjectLate = LATE_SUBJECT.test(mail.subject);
  const returned = mail.bringsBack && noReplySign(mail.from) !== undefined;
  const strong = failedHeader.length > 0 || daemon || report || returned || mail.nullReturnPath;
  if (!strong) return undefined;
  // Servers break their sentences in lines.
  const sentences = told.replace(/(?<=\S)[ \t]*\n(?=[ \t]*[\p{L}])/gu, " ");
  const wordsFail = FAILED_WORDS.test(told) || FAILED_WORDS.test(sentences);
  const wordsLate = LATE_WORDS.test(told) || LATE_WORDS.test(sentences);
  const words = subjectFails || subjectLate || wordsFail || wordsLate;
  // A postmaster writes other mails too.
  if (!words && failedHeader.length === 0) return undefined;
  if (!daemon && failedHeader.length === 0 && isAnswerSubject(mail.subject)) return undefined;
  const both = (subjectFails || subjectLate) && (wordsFail || wordsLate);
  if (!daemon && failedHeader.length === 0 && !both && !(returned && wordsFail)) return undefined;
  const found = recipientsIn(told, mail);
  const addresses = failedHeader.length > 0 ? failedHeader : found;
  const late = isLate({ subjectFails, subjectLate, wordsFail, wordsLate });
  const judged = judgeEach([...new Set(addresses)].slice(0, MOST_RECIPIENTS), told);
  const hard =
    judged.length === 0 ? verdictOf(undefined, told).kind === "hard" : judged.some(({ kind }) => kind === "hard");
  const given = hard ? "hard" : "soft";
  return { kind: late ? "delay" : given, recipients: judged.map(({ recipient }) => recipient) };
}

const MOST_RECIPIENTS = 500;

interface Judged {
  readonly kind: "hard" | "soft";
  readonly recipient: BouncedRecipient;
}

/** Each of several recipients by what stands behind its address and before the next one's. */
function judgeEach(addresses: readonly string[], told: string): readonly Judged[] {
  const lower = told.toLowerCase();
  const starts = addresses.map((address) => lower.indexOf(address));
  return addresses.map((address, at) => {
    const start = starts[at] ?? -1;
    const next = Math.min(told.length, ...starts.filter((other) => other > start));
    const part = start < 0 || addresses.length < 2 ? told : told.slice(start, next);
    const said = diagnosticIn(part);
    const { kind, status } = verdictOf(undefined, said === undefined ? told : part);
    return { kind, recipient: { address, status, diagnostic: said ?? diagnosticIn(told) } };
  });
}

interface Words {
  readonly subjectFails: boolean;
  readonly subjectLate: boolean;
  readonly wordsFail: boolean;
  readonly wordsLate: boolean;
}

/** "Delayed" in the subject decides; in the text only where nothing says that the mail was given up. */
function isLate({ subjectFails, subjectLate, wordsFail, wordsLate }: Words): boolean {
  if (subjectLate) return true;
  return wordsLate && !wordsFail && !subjectFails;
}

/** Without the mail that is quoted below: its addresses and words are not the server's. */
function ownWords(text: string): string {
  const cut =
    /^[ \t>*]{0,20}(?:-{3,}\s*(?:below this line|this is a copy|forwarded message|original message|the (?:header|body)|undelivered message|исходное|оригинал|ниже)|------ |original message headers|original headers|message headers follow|-{5,} ?returned|---------- ?(?:message|original)|заголовки исходного|исходные заголовки|ursprüngliche (?:nachrichten)?kopf|encabezados? (?:del mensaje )?original|return-path: ?<|received: (?:from|by) )/im.exec(
      text,
    );
  return cut === null || cut.index < 40 ? text : text.slice(0, cut.index);
}

const ADDRESS =
  "[A-Za-z0-9._%+'=/~!#$&*^{}|-]{1,128}@[A-Za-z0-9\\u0080-\\uffff](?:[A-Za-z0-9\\u0080-\\uffff.-]*[A-Za-z0-9\\u0080-\\uffff])?";

function addressesIn(value: string): readonly string[] {
  return [...value.matchAll(new RegExp(ADDRESS, "g"))].flatMap(([address]) => bareAddress(address) ?? []);
}

/** What some write behind the address: "[User unknown]", "... Host unknown", "(reason: 550)". */
const REMARK = "[ \\t]*(?:\\[[^\\]\\n]*\\]|\\.\\.\\.[^\\n]*|\\([^)\\n]*\\))[ \\t]*$";

/** Ways to name whom it did not reach, the surest first: on a line of its own, before a colon, behind a word. */
const PLACES: readonly RegExp[] = [
  new RegExp(`^[ \\t]*<?(${ADDRESS})>?${REMARK}`, "gm"),
  new RegExp(`^[ \\t]*<(${ADDRESS})>(?:[ \\t]*\\([^)\\n]*\\))?[ \\t]*:`, "gm"),
  new RegExp(
    `^[ \\t>*•-]*[<*"']{0,3}(${ADDRESS})[>*"']{0,3}(?:[ \\t]*[<(](?:mailto:)?[^<>()\\n]*[>)])?[*"']{0,2}[ \\t]*[:;,.]?[ \\t]*$`,
    "gm",
  ),
  new RegExp(`^[ \\t>*•-]*[^\\n<>@]{0,80}<(${ADDRESS})>[ \\t]*[:;,.]?[ \\t]*$`, "gm"),
  new RegExp(
    `(?<![\\p{L}\\d@._-])(?:to|recipients?|address(?:es)?|user|mailbox|for|rcpt|an|empfänger|destinatarios?|para|получател\\p{L}*|адрес\\p{L}*|доставить|пользовател\\p{L}*|для|ящик\\p{L}*|на)(?:[ \\t]{0,20}:)?[ \\t]{0,20}\\n?[ \\t]{0,20}[<*"'«(]{0,3}(?<=[\\s<*"'«(:])(${ADDRESS})`,
    "giu",
  ),
  new RegExp(`(${ADDRESS})`, "g"),
];

function recipientsIn(told: string, { to, from, returnedTo }: BounceText): readonly string[] {
  const own = new Set(to.map(({ address }) => address));
  const ids = new Set(
    [...told.matchAll(/message-?id[^\n]{0,20}?[:<]\s*<?([^<>\s]+@[^<>\s]+)/gi)].map(([, id = ""]) => id.toLowerCase()),
  );
  const at = (place: RegExp) =>
    [...told.matchAll(place)]
      .flatMap(([, address = ""]) => bareAddress(address.replace(/[.']+$/, "")) ?? [])
      .filter((address) => address !== from?.address && !ids.has(address) && !DAEMON_ADDRESS.test(address));
  for (const place of PLACES) {
    const found = at(place).filter((address) => !own.has(address));
    if (found.length > 0) return found;
  }
  // Somebody wrote to themselves, or the report names nobody: then the mail that comes back says it.
  const toSelf = PLACES.slice(0, 3)
    .map(at)
    .find((found) => found.length > 0);
  if (toSelf !== undefined) return toSelf;
  const sentTo = returnedTo();
  return sentTo.length === 1 ? sentTo.map(({ address }) => address) : [];
}

/** The line with the other server's answer. */
function diagnosticIn(told: string): string | undefined {
  const line = told
    .split("\n")
    .find((each) => /(?:^|[\s:;("'#])[45](?:\d\d|\.\d{1,3}\.\d{1,3})(?=[\s\-:;,)]|$)/.test(each));
  return line === undefined ? undefined : line.replace(/\s+/g, " ").trim().slice(0, 500);
}
