/**
 * The text of a mail, new and quoted: from its plain version where there is one, because that is what its program meant to be
 * read line by line, else from its HTML. Where the plain version shows no quote and the HTML does, the HTML is read.
 */
import { type Folded, foldQuotes } from "./fold-quotes.ts";
import { htmlToMarkedText } from "./html-text.ts";
import type { BodyBlock } from "./mail-body.ts";
import { quoteLines, withoutMarks } from "./quote-lines.ts";
import { tidyLines } from "./tidy-lines.ts";

export interface MailText extends Folded {
  readonly text: string;
}

/** `subject` tells forwarded mails from answers. */
export function mailText(blocks: readonly BodyBlock[], subject: string): MailText {
  const read = fold(blocks, subject, plainOf);
  if (read.folded !== "" || !blocks.some(mayShowMore)) return read;
  const fromHtml = fold(blocks, subject, () => undefined);
  return fromHtml.folded === "" ? read : fromHtml;
}

function fold(
  blocks: readonly BodyBlock[],
  subject: string,
  plain: (block: BodyBlock) => string | undefined,
): MailText {
  const texts = blocks.map((block) => plain(block) ?? htmlToMarkedText(block.html ?? ""));
  const marked = texts.filter((text) => text.trim() !== "").join("\n\n");
  return { text: withoutMarks(marked), ...foldQuotes(quoteLines(marked), subject) };
}

/** Somebody may mean a gap; nobody means a page of it. */
const MOST_EMPTY_LINES = 20;

function plainOf({ plain, html }: BodyBlock): string | undefined {
  if (plain === undefined) return undefined;
  const text = tidyLines(withoutMarks(plain), MOST_EMPTY_LINES);
  return html !== undefined && (text === "" || isExcuse(text)) ? undefined : text;
}

/** "Your program cannot show HTML": the plain version says nothing of the mail. */
const isExcuse = (text: string): boolean =>
  text.length < 300 &&
  /\bhtml\b/i.test(text) &&
  /view|display|support|show|browser|client|program|просмотр|поддерж|anzeigen|darstell|compatible|ver este/i.test(text);

const QUOTES_IN_HTML =
  /gmail_quote|divRplyFwdMsg|moz-cite-prefix|type=["']?cite|yahoo_quoted|reference-message-container|border-top:solid #(?:E1E1E1|B5C4DF)|name=["']?quote|__HEADERS__|zmail_extra/i;

const mayShowMore = ({ plain, html }: BodyBlock): boolean =>
  plain !== undefined && html !== undefined && QUOTES_IN_HTML.test(html);
