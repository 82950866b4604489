/**
 * What a mail is, and what may follow from it. The order is the point: a report is a report whatever else stands in it, an
 * answer of a machine is one even when a list relayed it, and only a mail that nothing speaks against is a person's.
 * Pure and total.
 */
import {
  type AutomaticFacts,
  answerSign,
  autoSubmitted,
  awaySign,
  bulkSign,
  mailingSign,
  noReplySign,
  nullReturnPath,
  OWN_MARKER,
  programEnd,
  programSign,
  trackerSign,
} from "./automatic.ts";
import { bounceFromText } from "./bounce-texts.ts";
import type { Group } from "./groups.ts";
import type { MailHeaders } from "./mail-headers.ts";
import type { MailPart } from "./mime-tree.ts";
import type { Bounce, Complaint, Invitation, Mailbox, MailClass } from "./read-mail-types.ts";
import {
  deliveryReport,
  dispositionReport,
  feedbackReport,
  oldComplaint,
  quotedHeaders,
  quotedMessageId,
  refusalReport,
  returnedHeaders,
} from "./reports.ts";
import type { Sign } from "./sign-texts.ts";
import { REPLY_SUBJECT } from "./subject-prefixes.ts";

export interface ClassFacts {
  readonly root: MailPart;
  readonly group: Group | undefined;
  readonly from: Mailbox | undefined;
  readonly to: readonly Mailbox[];
  readonly subject: string;
  readonly text: string;
  readonly visible: string;
  readonly calendar: Invitation | undefined;
}

export interface Classified {
  readonly class: MailClass;
  readonly reasons: readonly Sign[];
  readonly mayCreateLead: boolean;
  readonly mayAutoAnswer: boolean;
  readonly bounce: Bounce | undefined;
  readonly complaint: Complaint | undefined;
  readonly originalMessageId: string | undefined;
}

interface Judged {
  readonly class: MailClass;
  readonly reasons: readonly Sign[];
  readonly bounce?: Bounce | undefined;
  readonly complaint?: Complaint | undefined;
  readonly originalMessageId?: string | undefined;
}

export function classify(facts: ClassFacts): Classified {
  const { headers } = facts.root;
  const judged = judgeReports(facts) ?? judgeAutomatic(facts) ?? { class: "human" as const, reasons: [] };
  const human = judged.class === "human" && facts.from !== undefined;
  return {
    class: judged.class,
    reasons: judged.reasons,
    mayCreateLead: human && facts.from?.address.toLowerCase() !== facts.group?.address,
    // Everybody in a group would get what a machine of ours answers there.
    mayAutoAnswer: human && facts.group === undefined && !nullReturnPath(headers) && !refusesAnswers(headers),
    bounce: judged.bounce,
    complaint: judged.complaint,
    originalMessageId: judged.originalMessageId,
  };
}

/** Exchange's wish that nothing automatic comes back; alone it does not make a mail automatic. */
function refusesAnswers(headers: MailHeaders): boolean {
  return headers.all("x-auto-response-suppress").some((value) => /\b(?:all|oof|autoreply)\b/i.test(value));
}

function judgeReports(facts: ClassFacts): Judged | undefined {
  const { root, subject, text, from, to } = facts;
  const { headers } = root;
  const original = () => originalOf(facts);

  const complaint = feedbackReport(root);
  if (complaint !== undefined) {
    const reasons: readonly Sign[] = [{ name: "feedback-report", detail: complaint.type }];
    // That a mail was no spam, or failed a check of its sender, is no person's complaint.
    if (["not-spam", "auth-failure"].includes(complaint.type)) return { class: "system-notice", reasons };
    return { class: "complaint", reasons, complaint, originalMessageId: original() };
  }

  const receipt = dispositionReport(root);
  const refusal = receipt && refusalReport(receipt, headers, text);
  if (refusal !== undefined) {
    return bounced(
      refusal,
      { name: "delivery-report", detail: refusal.kind },
      receipt?.originalMessageId ?? original(),
    );
  }
  if (receipt !== undefined) {
    return {
      class: "read-receipt",
      reasons: [{ name: "disposition-report", detail: receipt.disposition }],
      originalMessageId: receipt.originalMessageId ?? original(),
    };
  }

  // Some programs tell in words alone that a mail was opened.
  const told = RECEIPT_SUBJECT.exec(subject)?.[0];
  if (told !== undefined && (autoSubmitted(headers) !== undefined || nullReturnPath(headers) || tellsOfReading(text))) {
    return {
      class: "read-receipt",
      reasons: [{ name: "disposition-report", detail: told.trim() }],
      originalMessageId: original(),
    };
  }

  const report = deliveryReport(root, text);
  if (report?.kind === "delivered") {
    return {
      class: "system-notice",
      reasons: [{ name: "delivery-report", detail: "delivered" }],
      originalMessageId: original(),
    };
  }
  if (report !== undefined) {
    return bounced(report, { name: "delivery-report", detail: report.kind }, original());
  }

  const returned = returnedHeaders(root);
  const old = oldComplaint(from, returned, subject);
  if (old !== undefined) {
    return {
      class: "complaint",
      reasons: [{ name: "feedback-report", detail: subject }],
      complaint: old,
      originalMessageId: original(),
    };
  }

  const bounce = bounceFromText({
    headers,
    from,
    to,
    subject,
    text,
    nullReturnPath: nullReturnPath(headers),
    returnedTo: () => (returned ?? quotedHeaders(text)).mailboxes("to"),
    bringsBack: returned !== undefined,
  });
  if (bounce === undefined) return undefined;
  return bounced(bounce, { name: "bounce-text", detail: subject === "" ? bounce.kind : subject }, original());
}

const RECEIPT_SUBJECT =
  /^\s*(?:(?:not |un)?read|return receipt|прочитано|прочтено|не прочитано|уведомление о прочтении|(?:nicht |un)?gelesen|lesebestätigung|(?:no )?le[ií]do|confirmaci[óo]n de lectura|acuse de (?:recibo|lectura)|(?:non )?lu)(?: \(displayed\))?(?:\s*:|\s*[-–—]|\s*$)/iu;

/** "Your message To: … Subject: … was read on …": all that Outlook writes. */
const READ_WORDS =
  /^\s*(?:your message|ваше сообщение|ihre nachricht|(?:el|su|tu) mensaje|votre message)(?!\p{L}).{0,600}(?:\bwas (?:read|deleted(?: without being read)?|displayed|opened) (?:on|at) [^.!?\n]{0,40}\d|(?:был[оаи]? )?(?:прочитано|прочтено|удалено)(?: без прочтения| непрочитанным)? [^.!?\n]{0,20}\d|wurde am [^!?\n]{0,60}\d[^!?\n]{0,120}(?:gelesen|gelöscht)|wurde (?:gelesen|gelöscht) am [^!?\n]{0,60}\d|(?:se (?:ley[óo]|ha le[ií]do|elimin[óo])|(?:fue|ha sido) (?:le[ií]do|eliminado|abierto))(?: sin (?:leer(?:se)?|ser le[ií]do))? el [^.!?\n]{0,40}\d|a été (?:lu|supprimé)(?: sans (?:être|avoir été) lu)? le )[^\n]{0,80}\s*$/isu;
const LONGEST_RECEIPT = 900;
const tellsOfReading = (text: string): boolean => text.length < LONGEST_RECEIPT && READ_WORDS.test(text);

function bounced(bounce: Bounce, reason: Sign, originalMessageId: string | undefined): Judged {
  const classes = { hard: "bounce-hard", soft: "bounce-soft", delay: "delay" } as const;
  return { class: classes[bounce.kind], reasons: [reason], bounce, originalMessageId };
}

/** What the report brings back says it best; then quoted headers, a header that some set, and the thread. */
function originalOf({ root, text }: ClassFacts): string | undefined {
  const { headers } = root;
  return (
    returnedHeaders(root)?.messageIds("message-id")[0] ??
    quotedMessageId(text) ??
    headers.messageIds("x-original-message-id")[0] ??
    headers.messageIds("original-message-id")[0] ??
    headers.messageIds("in-reply-to")[0] ??
    headers.messageIds("references").at(-1)
  );
}

function judgeAutomatic({ root, group, from, subject, visible, text, calendar }: ClassFacts): Judged | undefined {
  const { headers } = root;
  const facts: AutomaticFacts = { headers, from, subject, text: visible === "" ? text : visible };

  if (headers.has(OWN_MARKER)) return { class: "auto-reply", reasons: [{ name: "own-marker", detail: "" }] };

  const answer = answerSign(facts);
  const submitted = autoSubmitted(headers);
  const away = awaySign(facts);
  const noReply = noReplySign(from);
  const mayBeBulk = group === undefined || group.whose === "foreign";
  const bulk = mayBeBulk ? bulkSign(headers) : undefined;
  const returnless = nullReturnPath(headers);

  if (answer !== undefined) {
    // What a program sends to many is no answer, whatever its text says.
    const program = answer.name === "automatic-text" ? (bulk ?? noReply ?? programSign(facts)) : undefined;
    if (program === undefined) return answered(answer, away);
  }
  if ((submitted !== undefined || returnless) && away !== undefined && bulk === undefined && noReply === undefined) {
    return answered(submitted === undefined ? NO_WAY_BACK : { name: "auto-submitted", detail: submitted }, away);
  }
  if (submitted !== undefined && !(bulk?.name === "list")) {
    return { class: "system-notice", reasons: [{ name: "auto-submitted", detail: submitted }] };
  }
  // Trackers send through lists of their own making.
  const tracker = trackerSign(headers);
  if (tracker !== undefined) return { class: "system-notice", reasons: [tracker] };
  if (bulk !== undefined) return { class: "newsletter", reasons: [bulk] };
  if (noReply !== undefined) return { class: "system-notice", reasons: [noReply] };
  const program = programSign(facts);
  if (program !== undefined) return { class: "system-notice", reasons: [program] };
  const ending = programEnd(facts);
  if (ending !== undefined) return { class: isReply(facts) ? "auto-reply" : "system-notice", reasons: [ending] };
  const mailing = mayBeBulk ? mailingSign(facts) : undefined;
  if (mailing !== undefined) return { class: "newsletter", reasons: [mailing] };
  if (calendar?.method === "REPLY") {
    return { class: "system-notice", reasons: [{ name: "calendar-answer", detail: calendar.title }] };
  }
  if (!returnless) return undefined;
  return { class: isReply(facts) ? "auto-reply" : "system-notice", reasons: [NO_WAY_BACK] };
}

const isReply = ({ headers, subject }: AutomaticFacts): boolean =>
  headers.has("in-reply-to") || REPLY_SUBJECT.test(subject);

const NO_WAY_BACK: Sign = { name: "null-return-path", detail: "" };

const answered = (answer: Sign, away: Sign | undefined): Judged =>
  away === undefined ? { class: "auto-reply", reasons: [answer] } : { class: "out-of-office", reasons: [answer, away] };
