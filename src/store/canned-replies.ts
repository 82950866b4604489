import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { CannedReply } from "../domain/canned-reply.ts";
import { type CannedFolderId, cannedFolderId, cannedReplyId, type PortalId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { CannedReplyPut, CannedReplyRepository, CannedReplyToPut } from "./contract/canned-replies.ts";
import { repeatWhenUndone, violates } from "./errors.ts";
import type { Schema } from "./schema.ts";

const TABLE = "canned_replies";
/** Everybody, or one person, has a shortcut once. */
export const SHORTCUT = "canned_replies_shortcut";

type Stored = Extract<CannedReplyPut, { readonly kind: "stored" | "foreign" }>;

type Row = Selectable<Schema["canned_replies"]> & { readonly folder_name: string | null };

const toReply = (row: Row): CannedReply => ({
  id: cannedReplyId(row.id),
  portal: portalId(row.portal_id),
  ...(row.owner_id !== null && { ownerId: row.owner_id }),
  ...(row.folder_id !== null && { folder: { id: cannedFolderId(row.folder_id), name: row.folder_name ?? "" } }),
  shortcut: row.shortcut,
  text: row.body,
  changedBy: row.changed_by,
  changedAt: row.changed_at,
});

const rowsOf = (db: Kysely<Schema>, portal: PortalId) =>
  db
    .selectFrom(TABLE)
    .leftJoin("canned_folders", "canned_folders.id", "canned_replies.folder_id")
    .selectAll(TABLE)
    .select("canned_folders.name as folder_name")
    .where("canned_replies.portal_id", "=", portal);

export function createCannedReplyRepository(db: Kysely<Schema>): CannedReplyRepository {
  return {
    find: (portal, id) => findReply(db, portal, id),

    async list(portal, userId) {
      const rows = await rowsOf(db, portal)
        .where((where) =>
          where.or([where("canned_replies.owner_id", "is", null), where("canned_replies.owner_id", "=", userId)]),
        )
        .orderBy(sql`lower(shortcut)`)
        .orderBy("canned_replies.owner_id")
        .execute();
      return rows.map(toReply);
    },

    async put(portal, reply) {
      try {
        return await repeatWhenUndone(() => db.transaction().execute((tx) => putReply(tx, portal, reply)));
      } catch (error) {
        if (violates(error, SHORTCUT)) return { kind: "taken" };
        throw error;
      }
    },

    move: (portal, id, folder, changedBy) =>
      repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const there = await findReply(tx, portal, id);
          if (!there) return { kind: "foreign" };
          if (folder !== null && !(await hasFolder(tx, portal, folder, there.ownerId))) return { kind: "no-folder" };
          const { numUpdatedRows } = await tx
            .updateTable(TABLE)
            .set({ folder_id: folder, changed_by: changedBy, changed_at: sql<Date>`clock_timestamp()` })
            .where("portal_id", "=", portal)
            .where("id", "=", id)
            .executeTakeFirst();
          return numUpdatedRows > 0n ? storedReply(tx, portal, id) : { kind: "foreign" };
        }),
      ),

    async remove(portal, id) {
      if (!isUuid(id)) return false;
      const { numDeletedRows } = await db
        .deleteFrom(TABLE)
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

/** Replies of a folder, by shortcut. */
export async function repliesIn(
  db: Kysely<Schema>,
  portal: PortalId,
  folder: CannedFolderId,
): Promise<readonly CannedReply[]> {
  const rows = await rowsOf(db, portal)
    .where("canned_replies.folder_id", "=", folder)
    .orderBy(sql`lower(shortcut)`)
    .execute();
  return rows.map(toReply);
}

/** Inside a transaction. @throws a violation of `SHORTCUT`, which undoes it */
export async function putReply(
  tx: Kysely<Schema>,
  portal: PortalId,
  { id, ownerId: owner, shortcut, text, changedBy, folder }: CannedReplyToPut,
): Promise<Stored | { readonly kind: "no-folder" }> {
  const ownerId = owner ?? null;
  if (!isUuid(id)) return { kind: "foreign" };
  if (folder && !(await hasFolder(tx, portal, folder, ownerId))) return { kind: "no-folder" };
  const content = {
    shortcut: cleanText(shortcut),
    body: cleanText(text),
    changed_by: changedBy,
    changed_at: sql<Date>`clock_timestamp()`,
    ...(folder !== undefined && { folder_id: folder }),
  };
  const row = await tx
    .insertInto(TABLE)
    .values({ ...content, id, portal_id: portal, owner_id: ownerId })
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet(content)
        .where("canned_replies.portal_id", "=", portal)
        .where(sql<SqlBool>`canned_replies.owner_id is not distinct from ${ownerId}`),
    )
    .returning("id")
    .executeTakeFirst();
  return row ? storedReply(tx, portal, id) : { kind: "foreign" };
}

async function findReply(db: Kysely<Schema>, portal: PortalId, id: string): Promise<CannedReply | undefined> {
  if (!isUuid(id)) return undefined;
  const row = await rowsOf(db, portal).where("canned_replies.id", "=", id).executeTakeFirst();
  return row && toReply(row);
}

async function storedReply(tx: Kysely<Schema>, portal: PortalId, id: string): Promise<Stored> {
  const reply = await findReply(tx, portal, id);
  return reply ? { kind: "stored", reply } : { kind: "foreign" };
}

/** Of the portal and of the same owner: nothing lies in another's folder. */
async function hasFolder(
  tx: Kysely<Schema>,
  portal: PortalId,
  folder: CannedFolderId,
  ownerId: string | null | undefined,
): Promise<boolean> {
  if (!isUuid(folder)) return false;
  const found = await tx
    .selectFrom("canned_folders")
    .select("id")
    .where("portal_id", "=", portal)
    .where("id", "=", folder)
    .where(sql<SqlBool>`owner_id is not distinct from ${ownerId ?? null}`)
    .forKeyShare()
    .executeTakeFirst();
  return found !== undefined;
}
