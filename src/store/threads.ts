import { type Kysely, type Selectable, sql } from "kysely";
import { isUuid } from "./clean.ts";
import type { ThreadRepository } from "./contract/threads.ts";
import { toMessage } from "./message-row.ts";
import type { Schema } from "./schema.ts";

/**
 * Conversations as they are read. Each is read by its own index, no more rows of it than the page has, so a page costs the
 * same at any depth. Reads alone, so nothing here can be left half done.
 */
export function createThreadRepository(db: Kysely<Schema>): ThreadRepository {
  return {
    async page(portal, { conversations, changes, after, before, limit }) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      const isForwards = after !== undefined && before === undefined;
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select * from read_thread(
          ${portal}, ${ids}::uuid[], ${changes === true}, ${after ?? -1}, ${before ?? Number.MAX_SAFE_INTEGER},
          ${isForwards}, ${limit})`.execute(db);
      const ordered = isForwards ? rows : rows.reverse();
      return ordered.map(toMessage);
    },

    async changesOf(portal, messages) {
      const ids = messages.filter(isUuid);
      if (ids.length === 0) return [];
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select * from changes_of(${portal}, ${ids}::uuid[])`.execute(db);
      return rows.map(toMessage);
    },

    async firstSince(portal, conversations, at) {
      const { rows } = await sql<{ position: number | null }>`
        select first_since(${portal}, ${conversations.filter(isUuid)}::uuid[], ${at}) as position`.execute(db);
      return rows[0]?.position ?? undefined;
    },
  };
}
