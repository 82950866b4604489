import { type Kysely, type Selectable, sql } from "kysely";
import { accountId, conversationId, messageId, type PortalId, portalId } from "../domain/ids.ts";
import { indexable } from "./clean.ts";
import type { BccOwnerId, BccRepository, BccSender } from "./contract/bcc.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";
import type { Place, Secrets } from "./secrets.ts";

const MOST_ASKED = 10;
/** Messages of a portal, the newest ones. */
const LATEST = 3_000;

/**
 * The key of an address is all that an outsider lacks, so it stands here as a keyed hash and encrypted: whoever gets hold of
 * the tables alone can neither read it nor write to it. Renewed twice at once: the last one counts, and one key lives.
 */
export function createBccRepository(db: Kysely<Schema>, secrets: Secrets): BccRepository {
  const addressOf = (portal: PortalId, owner: BccOwnerId) =>
    db.selectFrom("bcc_addresses").where("portal_id", "=", portal).where("owner_id", "=", owner);

  return {
    async find(portal, owner) {
      const row = await addressOf(portal, owner).selectAll().executeTakeFirst();
      if (!row) return undefined;
      return {
        key: secrets.open(row.key_sealed, placeOf(portal, owner)),
        madeAt: row.made_at,
        ...(row.used_at !== null && { usedAt: row.used_at }),
      };
    },

    async put(portal, owner, key) {
      const values = { key_digest: digestOf(key), key_sealed: secrets.seal(key, placeOf(portal, owner)) };
      await db
        .insertInto("bcc_addresses")
        .values({ portal_id: portal, owner_id: owner, ...values, used_at: null })
        .onConflict((conflict) =>
          conflict
            .columns(["portal_id", "owner_id"])
            .doUpdateSet({ ...values, made_at: sql<Date>`clock_timestamp()`, used_at: null }),
        )
        .execute();
    },

    async ownerOf(key) {
      const row = await db
        .selectFrom("bcc_addresses")
        .select(["portal_id", "owner_id"])
        .where("key_digest", "=", digestOf(key))
        .executeTakeFirst();
      return row && { portal: portalId(row.portal_id), owner: row.owner_id };
    },

    async used(portal, owner, at) {
      await db
        .updateTable("bcc_addresses")
        .set({ used_at: at })
        .where("portal_id", "=", portal)
        .where("owner_id", "=", owner)
        .execute();
    },

    async senders(portal, owner) {
      const rows = await db
        .selectFrom("bcc_senders")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("owner_id", "=", owner)
        .orderBy("seen_at", "desc")
        .orderBy("address")
        .execute();
      return rows.map(toSender);
    },

    noteSender: (portal, owner, address, state, at) =>
      repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const there = await tx
            .selectFrom("bcc_addresses")
            .select("owner_id")
            .where("portal_id", "=", portal)
            .where("owner_id", "=", owner)
            .forUpdate()
            .executeTakeFirst();
          if (!there) return;
          await tx
            .insertInto("bcc_senders")
            .values({ portal_id: portal, owner_id: owner, address: indexable(address), state, seen_at: at })
            .onConflict((conflict) =>
              conflict.columns(["portal_id", "owner_id", "address"]).doUpdateSet({
                seen_at: at,
                // What was asked may be known by now; what its owner confirmed stays confirmed.
                state: sql<string>`case when bcc_senders.state = 'asked' then ${state} else bcc_senders.state end`,
              }),
            )
            .execute();
          await sql`delete from bcc_senders where portal_id = ${portal} and owner_id = ${owner} and state = 'asked'
            and address not in (
              select address from bcc_senders where portal_id = ${portal} and owner_id = ${owner} and state = 'asked'
                order by seen_at desc, address limit ${MOST_ASKED})`.execute(tx);
        }),
      ),

    async confirmSender(portal, owner, address) {
      const { numUpdatedRows } = await db
        .updateTable("bcc_senders")
        .set({ state: "confirmed" })
        .where("portal_id", "=", portal)
        .where("owner_id", "=", owner)
        .where("address", "=", indexable(address))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async dropSender(portal, owner, address) {
      const { numDeletedRows } = await db
        .deleteFrom("bcc_senders")
        .where("portal_id", "=", portal)
        .where("owner_id", "=", owner)
        .where("address", "=", indexable(address))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async ownAddresses(portal) {
      const rows = await db
        .selectFrom("bcc_senders")
        .select("address")
        .distinct()
        .where("portal_id", "=", portal)
        .where("state", "in", ["confirmed", "known"])
        .orderBy("address")
        .execute();
      return rows.map(({ address }) => address);
    },

    async told(portal, key) {
      const rows = await db
        .selectFrom("accounts")
        .innerJoin("messages", "messages.account_id", "accounts.id")
        .select(["messages.id", "messages.account_id", "messages.conversation_id"])
        .where("accounts.portal_id", "=", portal)
        .where("messages.inbound_key", "=", indexable(key))
        .orderBy("messages.seq")
        .execute();
      return rows.map((row) => ({
        account: accountId(row.account_id),
        conversation: conversationId(row.conversation_id),
        message: messageId(row.id),
      }));
    },

    async wasWrittenHere(portal, messageId) {
      const { rows } = await sql`
        select 1 from (
          select direction, content from messages where portal_id = ${portal} order by seq desc limit ${LATEST}) as m
        where m.direction = 'out' and lower(m.content -> 'letter' ->> 'messageId') = ${messageId.toLowerCase()}
        limit 1`.execute(db);
      return rows.length > 0;
    },
  };

  function digestOf(key: string): string {
    return secrets.digest(`bcc address ${key}`);
  }
}

const placeOf = (portal: PortalId, owner: BccOwnerId): Place => ({
  table: "bcc_addresses",
  column: "key_sealed",
  row: `${portal}/${owner}`,
});

const toSender = ({ address, state, seen_at }: Selectable<Schema["bcc_senders"]>): BccSender => ({
  address,
  state: state === "confirmed" || state === "known" ? state : "asked",
  seenAt: seen_at,
});
