import type { HistoryAnswer, RatingAsked, VisitorFile, VisitorMessage, VisitorQuote } from "../../src/api/webchat.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { Content, Message, MessageState, Quote } from "../../src/domain/message.ts";
import type { Desk, WebchatDependencies } from "./contract.ts";

/**
 * What of a conversation its visitor may see, and from where to ask on.
 *
 * A message of the team is visible once it is `sent`: before that (account switched off, still waiting) or when it was
 * refused, the agent is told that the visitor does not have it, so the visitor must not. `uncertain` is visible: the
 * agent is told that it may have arrived.
 */
const VISIBLE: readonly MessageState[] = ["sent", "delivered", "read", "uncertain"];

/** Marks the id of a file that waits at the channel; ids of the shelf are UUIDs. */
export const UPLOAD = "up.";

export interface VisitorView {
  readonly account: Account;
  readonly visitor: string;
}

/** A visible row and its place, and what identifies its present look. */
export interface Shown {
  readonly message: VisitorMessage;
  readonly print: string;
}

export interface Page {
  readonly shown: readonly Shown[];
  /** Lowest and highest position that was looked at; the asked one for an empty page. */
  readonly bottom: number;
  readonly top: number;
  /** As `HistoryAnswer.cursor`. */
  readonly cursor: number;
  readonly full: boolean;
  readonly rating?: RatingAsked | undefined;
}

export type Range = { readonly after: number } | { readonly before: number } | "latest";

/** Reads a page of the visitor's conversation, oldest first. A visitor who has not written yet has an empty one. */
export async function readPage(
  deps: WebchatDependencies,
  view: VisitorView,
  range: Range,
  limit: number,
): Promise<Page> {
  const start = typeof range === "object" && "after" in range ? range.after : 0;
  const conversation = await deps.store.conversations.findByExternalChat(view.account.id, view.visitor);
  if (!conversation) return { shown: [], bottom: start, top: start, cursor: start, full: false };
  const descending = range === "latest" || "before" in range;
  const rows = await deps.store.messages.journal(view.account.portal, {
    conversation: conversation.id,
    changes: true,
    limit,
    ...toBounds(range),
  });
  const ascending = descending ? [...rows].reverse() : [...rows];
  const top = Math.max(start, ascending.at(-1)?.seq ?? 0);
  const waiting = ascending.find(isWaiting);
  return {
    rating: range === "latest" ? await readRating(deps, view, conversation) : undefined,
    shown: fold(ascending, deps.desk, view),
    bottom: ascending[0]?.seq ?? start,
    top,
    cursor: waiting ? Math.max(start, waiting.seq - 1) : top,
    full: rows.length === limit,
  };
}

export const toAnswer = (page: Page): HistoryAnswer => ({
  messages: page.shown.map((shown) => shown.message),
  cursor: page.cursor,
  more: page.full,
  ...(page.rating && { rating: page.rating }),
});

/** A session that was closed in the portal is asked about; the stored answer, if any, is shown instead of asking again. */
async function readRating(
  deps: WebchatDependencies,
  view: VisitorView,
  conversation: Conversation,
): Promise<RatingAsked | undefined> {
  const session = conversation.sessionId;
  const scale = deps.desk.settings(view.account).rating;
  if (conversation.open || session === undefined || scale === "no") return undefined;
  const given = await deps.store.messages.findByExternal(view.account.id, deps.desk.ratingId(view.visitor, session));
  const value = given?.content.site?.rating?.value;
  return { session, scale, ...(value !== undefined && { value }) };
}

/** The visitor's form of one row; `undefined` while it is not for the visitor's eyes. */
export function toVisitorMessage(row: Message, desk: Desk, view: VisitorView): VisitorMessage | undefined {
  // Lines about the visitor, for the team.
  if (row.content.notice !== undefined) return undefined;
  // The widget shows no reactions yet.
  if (row.kind === "reaction" || row.kind === "mirror") return undefined;
  if (row.direction === "out" && !VISIBLE.includes(row.state)) return undefined;
  const [externalId] = row.externalIds;
  const clientId =
    row.direction === "in" && externalId !== undefined ? desk.clientId(view.visitor, externalId) : undefined;
  const isGone = row.kind === "delete";
  const quote = isGone ? undefined : toQuote(row.content.quote);
  return {
    id: row.id,
    seq: row.seq,
    kind: row.kind,
    from: row.direction === "in" ? "visitor" : "team",
    ...(clientId !== undefined && { clientId }),
    ...(row.target !== undefined && { target: row.target }),
    text: isGone ? "" : row.content.body.text,
    spans: isGone ? [] : row.content.body.spans,
    files: isGone ? [] : toFiles(row.content, desk, view.account),
    ...(quote !== undefined && { quote }),
    at: row.sentAt.toISOString(),
    state: stateFor(row),
  };
}

const toBounds = (range: Range) => {
  if (range === "latest") return { before: Number.MAX_SAFE_INTEGER };
  return range;
};

/** Certain to come or certain not to: everything but these may be passed for good. */
const isWaiting = (row: Message) => row.direction === "out" && (row.state === "stored" || row.state === "sending");

/** Rows in their visitor's form. What a later row of the page took back does not leave the server. */
function fold(rows: readonly Message[], desk: Desk, view: VisitorView): Shown[] {
  const gone = new Set(
    rows.filter((row) => row.kind === "delete" && toVisitorMessage(row, desk, view)).map((row) => row.target),
  );
  return rows.flatMap((row) => {
    const message = toVisitorMessage(row, desk, view);
    if (!message) return [];
    const shown = row.kind === "message" && gone.has(row.id) ? { ...message, text: "", spans: [], files: [] } : message;
    return [{ message: shown, print: printOf(shown) }];
  });
}

/** Without the files' links, which change by the hour. */
const printOf = ({ files, ...rest }: VisitorMessage) => JSON.stringify([rest, files.map((file) => file.id)]);

function stateFor(row: Message): VisitorMessage["state"] {
  if (row.direction === "out") return row.state === "read" || row.state === "delivered" ? row.state : "sent";
  return row.state === "sent" || row.state === "delivered" || row.state === "read" ? "delivered" : "sent";
}

/** A visitor's file is shown from where it waits, later from the shelf. What is still at the portal is left out until it is here. */
function toFiles(content: Content, desk: Desk, account: Account): VisitorFile[] {
  return content.attachments.flatMap((attachment) => {
    if (attachment.source.by === "portal") return [];
    const id = attachment.source.by === "media" ? attachment.source.id : `${UPLOAD}${attachment.source.ref}`;
    return [
      {
        id,
        kind: attachment.kind,
        name: attachment.name ?? "file",
        mime: attachment.mime ?? "application/octet-stream",
        ...(attachment.size !== undefined && { size: attachment.size }),
        ...(attachment.width !== undefined && { width: attachment.width }),
        ...(attachment.height !== undefined && { height: attachment.height }),
        url: `files/${id}?${desk.fileProof(account.id, id)}`,
      },
    ];
  });
}

function toQuote(quote: Quote | undefined): VisitorQuote | undefined {
  if (quote?.text === undefined || quote.text === "") return undefined;
  return { text: quote.text.slice(0, 300), ...(quote.author !== undefined && { author: quote.author }) };
}
