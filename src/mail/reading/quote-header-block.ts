/**
 * The few lines "From: … Sent: … To: … Subject: …" with which Outlook and others put the mail below that was answered. A trip
 * ("From: Moscow, To: Berlin, Date: 12 May") and the fields of a form have labels too: so many have to stand together that
 * only a mail program writes them.
 */
interface Line {
  readonly text: string;
  readonly depth: number;
}

type Label = "from" | "sent" | "date" | "to" | "copy" | "subject" | "other";

const LABELS: readonly (readonly [Label, RegExp])[] = [
  [
    "from",
    /^(?:from|от|от кого|отправитель|de|von|da|van|od|fra|från|lähettäjä|expéditeur|remitente|absender|mittente|发件人|寄件者|差出人)$/iu,
  ],
  [
    "sent",
    /^(?:sent|отправлено|отправленные|отправлен|enviado(?: el)?|enviados|gesendet|envoyé(?: le)?|inviato|verzonden|skickat|sendt|wysłano|enviada(?: em)?|message du|发送时间|寄件日期|送信日時)$/iu,
  ],
  ["date", /^(?:date|дата|fecha|datum|data|dato|päivämäärä|日期|日付)$/iu],
  ["to", /^(?:to|кому|para|an|à|a|aan|do|til|till|destinataire|destinatario|收件人|收件者|宛先)$/iu],
  ["copy", /^(?:cc|bcc|копия|скрытая копия|kopie|copie(?: à)?|con copia|抄送|副本)$/iu],
  [
    "subject",
    /^(?:subject|тема|asunto|betreff|objet|sujet|oggetto|assunto|onderwerp|temat|emne|ämne|betr[.]?|主题|主旨|件名)$/iu,
  ],
  [
    "other",
    /^(?:importance|priority|reply-to|attachments?|важность|приоритет|вложени[ея]|организация|ответить|anlagen?|priorität|wichtigkeit|adjuntos|importancia|prioridad|organization|risposta|répondre à|responder a|antwort an|when|where|categories)$/iu,
  ],
];

const LINE = /^[\s*_]{0,6}([\p{L}][\p{L}. -]{0,20}?)[\s*_]{0,3}[:：][*_]{0,3}\s*(.*)$/u;
const ADDRESS = /@[^\s<>]{1,255}\.[\p{L}\d-]{2,}/u;

const DAY = /(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/;
const TIME = /\d{1,2}[:.h]\d\d/;

/** Labels, folded lists of addresses: no program writes more. */
const MOST_LINES = 14;

/** Where the block that begins at a line ends; undefined when none begins there. */
export function headerBlockEnd(lines: readonly Line[], at: number): number | undefined {
  const values = new Map<Label, string>();
  let last: Label | undefined;
  let end = at;
  for (; end < lines.length && end - at < MOST_LINES; end++) {
    const line = lines[end];
    if (line === undefined || line.depth > 0 || line.text.trim() === "") break;
    const [label, value] = labelled(line.text) ?? [];
    if (label !== undefined) {
      if (!values.has(label)) values.set(label, value ?? "");
      last = label;
    } else if (!continues(line.text, last)) break;
  }
  if (!isHeaderBlock(values)) return undefined;
  return isField(lines[at - 1]) || isField(lines[end]) ? undefined : end;
}

/** "Phone: 5": a block that stands among other fields is that of a form. */
const isField = (line: Line | undefined): boolean =>
  line?.depth === 0 && /^\s{0,3}\p{L}[\p{L} .()-]{1,25}:\s+\S/u.test(line.text) && labelled(line.text) === undefined;

function labelled(text: string): readonly [Label, string] | undefined {
  const [, name, value = ""] = LINE.exec(text) ?? [];
  if (name === undefined) return undefined;
  const found = LABELS.find(([, words]) => words.test(name.trim()));
  return found === undefined ? undefined : [found[0], value.trim()];
}

/** A long list of recipients, or a long subject, on its next line. */
function continues(text: string, last: Label | undefined): boolean {
  if (last === undefined) return false;
  if (/^\s/.test(text)) return true;
  return (last === "to" || last === "copy" || last === "from") && ADDRESS.test(text) && text.length < 300;
}

function isHeaderBlock(values: ReadonlyMap<Label, string>): boolean {
  const from = values.get("from");
  if (from === undefined) return false;
  const when = values.get("sent") ?? values.get("date");
  // A mail has a day and a time; a delivery, an event or a form has one of them, or neither.
  if (when !== undefined && !/\d/.test(when)) return false;
  const dated = when !== undefined && DAY.test(when) && TIME.test(when.replace(DAY, ""));
  if (values.has("subject") && (dated || (values.has("to") && ADDRESS.test(from)))) return true;
  if (when === undefined || !values.has("to")) return false;
  return ADDRESS.test(from) || (values.has("sent") && dated);
}
