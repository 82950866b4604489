import type { ConversationId, NoteId, PortalId } from "../../domain/ids.ts";
import type { Mention, Note } from "../../domain/note.ts";

export interface NewNote {
  readonly conversation: ConversationId;
  readonly authorId: string;
  /** Made by the page: the same one of the same author twice is one note. */
  readonly clientId: string;
  readonly text: string;
  readonly mentions: readonly Mention[];
}

/** Notes of colleagues beside conversations. Times are the database's. Deleted ones are found by nothing here. */
export interface NoteRepository {
  /** `undefined`: the portal has no such conversation. A repetition answers what the first one made, as it is now. */
  add(portal: PortalId, note: NewNote): Promise<Note | undefined>;
  find(portal: PortalId, id: NoteId): Promise<Note | undefined>;
  /** Newest first, below a position; those of chats that went on in these conversations among them. */
  list(
    portal: PortalId,
    conversations: readonly ConversationId[],
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly Note[]>;
  /** Who is named anew is to be told, who was told is not told again. `undefined`: there is no such note. */
  change(
    portal: PortalId,
    id: NoteId,
    to: { readonly text: string; readonly mentions: readonly Mention[] },
  ): Promise<Note | undefined>;
  /** Its words go for good, and nobody is told of them any more. `false`: there is no such note. */
  remove(portal: PortalId, id: NoteId): Promise<boolean>;
  /** Whom of a note nobody has told yet. */
  untold(portal: PortalId, id: NoteId): Promise<readonly Mention[]>;
  told(portal: PortalId, id: NoteId, userId: string): Promise<void>;
  /** Notes of all portals with somebody still to tell, written in that time; oldest first. The sweep knows no portal. */
  withUntold(since: Date, until: Date, limit: number): Promise<readonly Note[]>;
  /** Deletes what was written before a time; answers how many. */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
}
