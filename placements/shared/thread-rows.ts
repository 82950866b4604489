import type { MessageAnswer } from "../../src/api/messages.ts";
import type { NoteAnswer } from "../../src/api/notes.ts";

/** Where a row stands in the column, whatever kind it is. */
interface Placed {
  /** Unlike that of any other row, of whatever kind. */
  readonly key: string;
  /** When it came, by our clock: rows that have no position of a message stand by it. */
  readonly at: string;
  /** In which conversation. */
  readonly conversation: string;
}

export interface MessageRow extends Placed {
  readonly kind: "message";
  readonly message: MessageAnswer;
  readonly edited: boolean;
  readonly deleted: boolean;
  /** Our newest change of it, when the customer does not have it, or may not. The text is then what they have. */
  readonly notTaken: ChangeNotTaken | undefined;
}

export type ChangeNotTaken = NonNullable<NonNullable<MessageAnswer["changed"]>["notTaken"]>;

/** What was said. */
export type ThreadRow = MessageRow;

/** What a colleague wrote beside it. */
export interface NoteRow extends Placed {
  readonly kind: "note";
  readonly note: NoteAnswer;
}

/** The same row for the same message, so that nothing is drawn again that did not change. */
const made = new WeakMap<MessageAnswer, MessageRow>();

/** Messages as a reader sees them, with what became of each. */
export const rowsOf = (messages: readonly MessageAnswer[]): readonly MessageRow[] => messages.map(rowOf);

function rowOf(message: MessageAnswer): MessageRow {
  const known = made.get(message);
  if (known) return known;
  const { changed } = message;
  const row: MessageRow = {
    kind: "message",
    key: message.id,
    at: message.createdAt,
    conversation: message.conversation,
    message,
    edited: changed?.edited === true,
    deleted: changed?.deleted === true,
    notTaken: changed?.notTaken,
  };
  made.set(message, row);
  return row;
}
