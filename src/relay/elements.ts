import type { Account } from "../domain/account.ts";
import type { Conversation, Customer } from "../domain/conversation.ts";
import type { MediaId } from "../domain/ids.ts";
import type { Attachment, Message, Quote } from "../domain/message.ts";
import type { RichText } from "../domain/rich-text.ts";
import type { ConnectorMessage } from "../portal/contract.ts";
import type { SentElement } from "./settle.ts";

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
    if (last && head && row.album !== undefined && head.album === row.album) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

export interface ElementContext {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly toBBCode: (text: RichText) => string;
  readonly link: (media: MediaId) => string;
}

/** Builds what the portal gets for one group of rows. `message.id` is the vendor's id of the first row: edits and deletions name it again. */
export function toElement(rows: readonly Message[], context: ElementContext): Element {
  const [head] = rows;
  if (!head) throw new Error("an element needs a row");
  return {
    rows,
    message: {
      user: userBlock(context.conversation.customer),
      message: {
        id: head.externalIds[0] ?? head.id,
        date: Math.floor(head.sentAt.getTime() / 1000),
        text: elementText(rows, context.toBBCode),
        files: rows.flatMap((row) => row.content.attachments.flatMap((file) => fileOf(file, context.link))),
      },
      chat: chatBlock(context),
    },
  };
}

/** The same rows as the history would show them, for settling a lost call. */
export function toSentElement(rows: readonly Message[], toBBCode: (text: RichText) => string): SentElement {
  return {
    text: elementText(rows, toBBCode),
    files: rows.reduce((count, row) => count + row.content.attachments.length, 0),
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

function chatBlock({ account, conversation }: ElementContext): ConnectorMessage["chat"] {
  const person = [conversation.customer.name, conversation.customer.lastName].filter(Boolean).join(" ");
  return {
    id: conversation.id,
    name: person === "" ? account.name : `${person} - ${account.name}`,
    ...(conversation.customer.url !== undefined && { url: conversation.customer.url }),
  };
}

function elementText(rows: readonly Message[], toBBCode: (text: RichText) => string): string {
  const quoted = rows[0]?.content.quote;
  const texts = rows.map((row) => toBBCode(row.content.body)).filter((text) => text !== "");
  return [...(quoted ? quoteLines(quoted, toBBCode) : []), ...texts].join("\n");
}

/** Connectors have no quote of their own: the quoted words stand above the answer, as the portal itself prints quotes. */
function quoteLines(quote: Quote, toBBCode: (text: RichText) => string): string[] {
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
