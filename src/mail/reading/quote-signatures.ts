/** Signatures and footers: they count for nothing when it is asked whether somebody wrote something. */
interface Line {
  readonly text: string;
}

const DELIMITER = /^\s*(?:--|---|—|––|_{2,3})\s*$/;
const LIST_FOOTER = /^\s*_{20,}\s*$/;

/** The line that phones and programs put below. */
const ADVERT =
  /^\s*(?:sent (?:from|with|via|by|using)\b|get outlook for|отправлено (?:с|из|через|мобильн)|получить outlook|скачать outlook|enviado (?:desde|con|do)\b|obtener outlook|obter o outlook|von (?:mein|unterwegs)[^\n]{0,40}gesendet|gesendet (?:von|mit|über)|outlook für [^\n]{1,20} beziehen|holen sie sich outlook|diese nachricht wurde von mein|envoyé (?:de|depuis|à partir)|télécharger outlook|obtenir outlook|inviato da|scarica outlook|ottieni outlook|с уважением,?\s*$)/iu;

/** Longer ones are text below a rule. */
const MOST_LINES = 14;

/** Whether a stretch of lines is nothing but a signature or the footer of a list. */
export function isSignature(part: readonly Line[]): boolean {
  const written = part.filter(({ text }) => text.trim() !== "");
  const first = written[0]?.text ?? "";
  if (written.length > MOST_LINES) return false;
  return DELIMITER.test(first) || LIST_FOOTER.test(first) || ADVERT.test(first);
}
