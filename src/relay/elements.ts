import type { Account } from "../domain/account.ts";
import type { Conversation, Customer } from "../domain/conversation.ts";
import type { MediaId } from "../domain/ids.ts";
import { LANGUAGES, type Say, type Translate } from "../domain/localised.ts";
import { type Attachment, type Content, isAutomatic, type Message, type Quote } from "../domain/message.ts";
import { plainText, type RichText, type SpanKind, withoutTurns } from "../domain/rich-text.ts";
import type { ConnectorMessage } from "../portal/contract.ts";
import type { SentElement } from "./settle.ts";
import {
  AUTOMATIC_LETTER,
  automaticMark,
  contactLines,
  FROM_MAILBOX,
  FROM_PHONE,
  forwardedFrom,
  placeLines,
  reactionLine,
} from "./wording.ts";

/** One element of a send: usually one row, for an album all its rows together. */
export interface Element {
  readonly rows: readonly Message[];
  readonly message: ConnectorMessage;
}

/** Rows of one album become one element; every other row is its own. Order is kept. */
export function groupAlbums<Row extends Message>(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const head = last?.[0];
    if (last && head && row.album !== undefined && head.album === row.album && speaks(row) === speaks(head))
      last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** An album is one person's. */
const speaks = ({ content, origin }: Message): string => `${origin.by}:${content.author?.externalId ?? ""}`;

/** Says something in the line, where edits and deletions change what was said. */
export const isSaying = (row: Message): boolean => row.kind === "message" || row.kind === "reaction";

/** A reaction taken back: a line cannot show that, and nothing is said. */
export const saysNothing = (row: Message): boolean => row.kind === "reaction" && row.content.body.text === "";

export interface ElementContext {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly toBBCode: (text: RichText) => string;
  readonly link: (media: MediaId) => string;
  /** Words of ours, as that portal reads them. */
  readonly say: Say;
}

/** Builds what the portal gets for one group of rows. `message.id` is the vendor's id of the first row: edits and deletions name it again. */
export function toElement(rows: readonly Message[], context: ElementContext): Element {
  const [head] = rows;
  if (!head) throw new Error("an element needs a row");
  return {
    rows,
    message: {
      user: userBlock(speaker(head, context)),
      message: {
        id: head.externalIds[0] ?? head.id,
        date: Math.floor(head.sentAt.getTime() / 1000),
        text: elementText(rows, context),
        files: rows.flatMap(({ content }) => shownFiles(content).flatMap((file) => fileOf(file, context.link))),
        ...(rows.some(isUntracked) && { untracked: true }),
      },
      chat: chatBlock(context),
    },
  };
}

/**
 * The same rows as the history would show them, for settling a lost call. Words of ours in every language: which one it was
 * is not written down, and the portal may have another one by now.
 */
export function toSentElement(
  rows: readonly Message[],
  { toBBCode, speech }: { readonly toBBCode: ToBBCode; readonly speech: { readonly translate: Translate } },
): SentElement {
  const [text = "", ...otherwise] = LANGUAGES.map((language) =>
    elementText(rows, { toBBCode, say: (sentence) => speech.translate(sentence, language) }),
  );
  return {
    text,
    otherwise,
    files: rows.reduce((count, { content }) => count + shownFiles(content).length, 0),
  };
}

/** The portal hashes the user block and rewrites the person on any change: always the same keys from the same facts. */
function userBlock(customer: Customer): ConnectorMessage["user"] {
  return {
    id: customer.externalId,
    ...(customer.name !== undefined && { name: customer.name }),
    ...(customer.lastName !== undefined && { lastName: customer.lastName }),
    ...(customer.url !== undefined && { url: customer.url }),
    ...(customer.email !== undefined && { email: customer.email }),
    ...(customer.phone !== undefined && { phone: customer.phone }),
  };
}

/** In a group it is who wrote; a message of the messenger itself, or from our own phone, stands under the group's name. */
function speaker(message: Message, { conversation }: ElementContext): Customer {
  const { author } = message.content;
  return conversation.group === true && author !== undefined && message.origin.by !== "device"
    ? author
    : conversation.customer;
}

function chatBlock({ account, conversation }: ElementContext): ConnectorMessage["chat"] {
  const { customer } = conversation;
  const name = [customer.name, customer.lastName].filter(Boolean).join(" ");
  return {
    id: conversation.id,
    name: chatName(name, conversation.group === true, account.name),
    ...(customer.url !== undefined && { url: customer.url }),
  };
}

function chatName(name: string, group: boolean, account: string): string {
  if (name === "") return account;
  return group ? name : `${name} - ${account}`;
}

/** Phones and addresses in it are not the customer's own, so the portal must not take them for theirs. */
function isUntracked({ kind, origin, content }: Message): boolean {
  return (
    kind === "reaction" ||
    origin.by === "device" ||
    content.forwarded !== undefined ||
    content.notice !== undefined ||
    (content.contacts ?? []).length > 0
  );
}

type ToBBCode = ElementContext["toBBCode"];

/** What stands in the line of what an agent wrote, in BBCode: nothing but their own words. Also what a robot said, without its mark. */
export const wordsInLine = (message: Message, toBBCode: ToBBCode): string =>
  elementText([message], { toBBCode, say: (sentence) => sentence, unmarked: true });

interface Spoken extends Pick<ElementContext, "toBBCode" | "say"> {
  readonly unmarked?: boolean;
}

function elementText(rows: readonly Message[], speech: Spoken): string {
  const { toBBCode, say, unmarked = false } = speech;
  const [head] = rows;
  if (head?.kind === "reaction")
    return toBBCode(plainText(say(reactionLine(head.content.body.text, head.content.quote?.text))));
  const quoted = head?.content.quote;
  const lines = [
    ...(head?.origin.by === "device" ? [toBBCode(marked(say(elsewhere(head)), "bold"))] : []),
    ...(head && isAutomatic(head.origin) && !unmarked
      ? [toBBCode(marked(automaticMark(head.origin, say), "bold"))]
      : []),
    ...(quoted ? quoteLines(quoted, toBBCode) : []),
    ...rows.flatMap((row) => [...envelopeLines(row, speech), ...contentLines(row.content, speech)]),
  ];
  return withoutTurns(lines.join("\n"));
}

const elsewhere = ({ content }: Message): string => (content.letter === undefined ? FROM_PHONE : FROM_MAILBOX);

/** What a letter's HTML and the pictures in it say stands in the words already; the line gets what was attached. */
const shownFiles = ({ attachments }: Content): readonly Attachment[] =>
  attachments.filter(({ role }) => role === undefined);

/**
 * A letter's subject, and who else has it: an answer from the line goes to them, too. Of what an agent wrote the line has the
 * words alone, by which they are known again.
 */
function envelopeLines(
  { direction, content }: Message,
  { toBBCode, say }: Pick<ElementContext, "toBBCode" | "say">,
): string[] {
  const { letter } = content;
  if (letter === undefined || direction === "out") return [];
  const copies = letter.cc.map(({ address, name }) => (name === undefined ? address : `${name} <${address}>`));
  return [
    ...(letter.class === "human" ? [] : [toBBCode(marked(say(AUTOMATIC_LETTER), "italic"))]),
    ...(letter.subject.trim() === "" ? [] : [toBBCode(marked(letter.subject.trim(), "bold"))]),
    ...(copies.length === 0 ? [] : [toBBCode(plainText(`Cc: ${shorten(copies.join(", "), 300)}`))]),
  ];
}

function contentLines(content: Content, { toBBCode, say }: Pick<ElementContext, "toBBCode" | "say">): string[] {
  const { body, place, contacts, forwarded, notice } = content;
  const words = notice === undefined ? body : marked(say(body.text), "italic");
  return [
    ...(forwarded ? [toBBCode(marked(say(forwardedFrom(forwarded.from)), "italic"))] : []),
    ...(words.text === "" ? [] : [toBBCode(words)]),
    ...(place ? placeLines(place).map((line) => toBBCode(plainText(line))) : []),
    ...(contacts ?? []).flatMap((card) => contactLines(card, say).map((line) => toBBCode(plainText(line)))),
  ];
}

const marked = (text: string, kind: SpanKind): RichText => ({ text, spans: [{ kind, start: 0, end: text.length }] });

/** Connectors have no quote of their own: the quoted words stand above the answer, as the portal itself prints quotes. */
function quoteLines(quote: Quote, toBBCode: ToBBCode): string[] {
  if (quote.text === undefined || quote.text === "") return [];
  const plain = toBBCode({ text: shorten(quote.text, 200), spans: [] });
  const author = quote.author === undefined ? "" : `${toBBCode({ text: quote.author, spans: [] })}: `;
  return [`>> ${author}${plain.replace(/\s*\n\s*/g, " ")}`];
}

function shorten(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

function fileOf(attachment: Attachment, link: (media: MediaId) => string): { url: string; name: string }[] {
  if (attachment.source.by !== "media") return [];
  return [{ url: link(attachment.source.id), name: attachment.name ?? "file" }];
}
