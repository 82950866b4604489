import { type Kysely, type Selectable, sql } from "kysely";
import { portalId } from "../domain/ids.ts";
import { indexable, isUuid } from "./clean.ts";
import type { BoxInvitation, InvitationRepository } from "./contract/invitations.ts";
import type { Schema } from "./schema.ts";

const TABLE = "box_invitations";

/** Invitations to connect a box. Each change is one statement; asked twice at once, the schema lets one row be. */
export function createInvitationRepository(db: Kysely<Schema>): InvitationRepository {
  const rows = (portal: BoxInvitation["portal"]) => db.selectFrom(TABLE).selectAll().where("portal_id", "=", portal);

  return {
    async send(portal, { user, channel, address, by, expiresAt }) {
      const fresh = { invited_by: by, expires_at: expiresAt };
      const row = await db
        .insertInto(TABLE)
        .values({ portal_id: portal, user_id: user, channel, address: indexable(address.toLowerCase()), ...fresh })
        .onConflict((conflict) =>
          conflict
            .columns(["portal_id", "user_id", "channel", "address"])
            .doUpdateSet({ ...fresh, sent_at: sql<Date>`clock_timestamp()` }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return read(row);
    },

    async find(portal, id) {
      if (!isUuid(id)) return undefined;
      const row = await rows(portal).where("id", "=", id).executeTakeFirst();
      return row && read(row);
    },

    async list(portal) {
      return (await rows(portal).orderBy("sent_at", "desc").orderBy("id").execute()).map(read);
    },

    async drop(portal, id) {
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

const read = (row: Selectable<Schema["box_invitations"]>): BoxInvitation => ({
  id: row.id,
  portal: portalId(row.portal_id),
  user: row.user_id,
  channel: row.channel,
  address: row.address,
  by: row.invited_by,
  sentAt: row.sent_at,
  expiresAt: row.expires_at,
});
