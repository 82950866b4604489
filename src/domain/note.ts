import type { ConversationId, NoteId, PortalId } from "./ids.ts";

/** An employee who is named in a note, and told of it. */
export interface Mention {
  readonly userId: string;
  /** As it stands in the text, after an `@`. */
  readonly name: string;
}

/** What an agent wrote beside a conversation for colleagues. No customer ever gets it. */
export interface Note {
  readonly id: NoteId;
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  /** In the order in which notes were written. */
  readonly seq: number;
  readonly authorId: string;
  readonly text: string;
  readonly mentions: readonly Mention[];
  /** By the clock by which messages were stored. */
  readonly createdAt: Date;
  readonly editedAt?: Date | undefined;
}

/** Who is really named in a text: nobody is told of a note whose `@name` was deleted again. Each person once. */
export function mentionsIn(text: string, mentions: readonly Mention[]): readonly Mention[] {
  const named = mentions.filter(({ name }) => name !== "" && text.includes(`@${name}`));
  return [...new Map(named.map((mention) => [mention.userId, mention])).values()];
}
