import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { z } from "zod";
import { conversationId, type NoteId, noteId, type PortalId, portalId } from "../domain/ids.ts";
import type { Mention, Note } from "../domain/note.ts";
import { cleanText, isUuid, toJson } from "./clean.ts";
import type { NoteRepository } from "./contract/notes.ts";
import type { Schema } from "./schema.ts";

type Row = Selectable<Schema["notes"]>;

const mentionsKept = z.array(z.object({ id: z.string(), name: z.string() })).catch([]);

const toNote = (row: Row): Note => ({
  id: noteId(row.id),
  portal: portalId(row.portal_id),
  conversation: conversationId(row.conversation_id),
  seq: row.seq,
  authorId: row.author_id,
  text: row.body,
  mentions: mentionsKept.parse(row.mentions).map(({ id, name }) => ({ userId: id, name })),
  createdAt: row.created_at,
  ...(row.edited_at !== null && { editedAt: row.edited_at }),
});

const toRow = (mentions: readonly Mention[]) => toJson(mentions.map(({ userId, name }) => ({ id: userId, name })));

/** Every change is one statement: who is still to be told stands on the note itself and cannot come apart from it. */
export function createNoteRepository(db: Kysely<Schema>): NoteRepository {
  const rows = (portal: PortalId) =>
    db.selectFrom("notes").selectAll().where("portal_id", "=", portal).where("deleted_at", "is", null);

  async function rowOf(portal: PortalId, id: NoteId): Promise<Row | undefined> {
    return isUuid(id) ? rows(portal).where("id", "=", id).executeTakeFirst() : undefined;
  }

  return {
    async add(portal, note) {
      if (!isUuid(note.conversation)) return undefined;
      const { authorId, clientId } = note;
      const untold = note.mentions.map(({ userId }) => userId).filter((id) => id !== authorId);
      await sql`insert into notes (portal_id, conversation_id, author_id, client_id, body, mentions, untold)
        select ${portal}, coalesce(c.moved_to, c.id), ${authorId}, ${clientId}, ${cleanText(note.text)},
            ${toRow(note.mentions)}::jsonb, ${untold}::text[]
          from conversations c where c.portal_id = ${portal} and c.id = ${note.conversation}
        on conflict (portal_id, author_id, client_id) do nothing`.execute(db);
      const row = await rows(portal)
        .where("author_id", "=", authorId)
        .where("client_id", "=", clientId)
        .executeTakeFirst();
      return row && toNote(row);
    },

    async find(portal, id) {
      const row = await rowOf(portal, id);
      return row && toNote(row);
    },

    async list(portal, conversations, { before, limit }) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      let select = rows(portal).where(
        sql<SqlBool>`conversation_id in (
          select c.id from conversations c where c.id = any(${ids}::uuid[]) or c.moved_to = any(${ids}::uuid[]))`,
      );
      if (before !== undefined) select = select.where("seq", "<", before);
      return (await select.orderBy("seq", "desc").limit(limit).execute()).map(toNote);
    },

    async change(portal, id, { text, mentions }) {
      if (!isUuid(id)) return undefined;
      const named = mentions.map(({ userId }) => userId);
      const row = await db
        .updateTable("notes")
        .set({
          body: cleanText(text),
          mentions: toRow(mentions),
          untold: sql<string[]>`array(select n from unnest(${named}::text[]) as n
            where n <> author_id and (n = any(untold)
              or not exists (select 1 from jsonb_array_elements(mentions) m where m ->> 'id' = n)))`,
          edited_at: sql<Date>`clock_timestamp()`,
        })
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row && toNote(row);
    },

    async remove(portal, id) {
      if (!isUuid(id)) return false;
      const { numUpdatedRows } = await db
        .updateTable("notes")
        .set({ body: "", mentions: "[]", untold: [], deleted_at: sql<Date>`clock_timestamp()` })
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async untold(portal, id) {
      const row = await rowOf(portal, id);
      return row ? toNote(row).mentions.filter(({ userId }) => row.untold.includes(userId)) : [];
    },

    async told(portal, id, userId) {
      if (!isUuid(id)) return;
      await db
        .updateTable("notes")
        .set({ untold: sql<string[]>`array_remove(untold, ${userId})` })
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .execute();
    },

    async withUntold(since, until, limit) {
      const found = await db
        .selectFrom("notes")
        .selectAll()
        .where(sql<SqlBool>`untold <> '{}'`)
        .where("created_at", ">=", since)
        .where("created_at", "<", until)
        .orderBy("created_at")
        .limit(limit)
        .execute();
      return found.map(toNote);
    },

    async forget(portal, before, limit) {
      const { numAffectedRows } = await sql`delete from notes where id = any(array(
        select id from notes where portal_id = ${portal} and created_at < ${before}
          order by created_at limit ${limit} for update skip locked))`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}
