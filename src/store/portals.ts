import type { Kysely, Selectable } from "kysely";
import { mediaId, type PortalId, portalId } from "../domain/ids.ts";
import type { InstallationReport, Portal } from "../domain/portal.ts";
import { toJson } from "./clean.ts";
import type { PortalRepository } from "./contract/portals.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";
import { NO_TOKENS, openTokens, sealTokens } from "./tokens.ts";

const TABLE = "portals";
/** From the leaves up; the portal's own row is last. */
const OWNED_TABLES = [
  "mail_thread_joins",
  "mail_refs",
  "mail_sightings",
  "mails",
  "decision_steps",
  "decisions",
  "media",
  "message_parts",
  "message_originals",
  "early_receipts",
  "messages",
  "lanes",
  "conversations",
  "channel_state",
  "account_alarms",
  "account_days",
  "accounts",
  "person_audit",
  "person_entities",
  "contact_points",
  "people",
  "rulesets",
  "line_crm",
  "portal_users",
] as const;

/**
 * Portals and their tokens. Installing twice, or an install and a token refresh crossing, ends with the pair written
 * last; `saveTokens` writes only over the pair it was made from, so an old pair never replaces a newer one.
 */
export function createPortalRepository(db: Kysely<Schema>, secrets: Secrets): PortalRepository {
  const applicationTokenPlace = (portal: string) => ({ table: TABLE, column: "application_token_sealed", row: portal });

  function toPortal(row: Selectable<Schema["portals"]>): Portal {
    const tokens = openTokens(secrets, TABLE, row.id, row);
    return {
      id: portalId(row.id),
      domain: row.domain,
      clientEndpoint: row.client_endpoint,
      serverEndpoint: row.server_endpoint,
      ...(row.application_token_sealed !== null && {
        applicationToken: secrets.open(row.application_token_sealed, applicationTokenPlace(row.id)),
      }),
      ...(tokens && { tokens }),
      ...(row.user_id !== null && { userId: row.user_id }),
      scopes: row.scopes,
      language: row.language,
      active: row.active,
      name: row.name,
      ...(row.trouble !== null && { trouble: row.trouble }),
      ...(row.gap_at !== null && { gapAt: row.gap_at }),
      ...(row.keep_days !== null && { keepDays: row.keep_days }),
      installation: row.installation as InstallationReport,
      editors: row.editors as Portal["editors"],
      roles: row.roles as Portal["roles"],
      installedAt: row.installed_at,
    };
  }

  return {
    async find(portal) {
      const row = await db.selectFrom(TABLE).selectAll().where("id", "=", portal).executeTakeFirst();
      return row && toPortal(row);
    },

    async findByDomain(domain) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where((where) => where(where.fn<string>("lower", ["domain"]), "=", domain.toLowerCase()))
        .orderBy("installed_at", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toPortal(row);
    },

    async list() {
      const rows = await db.selectFrom(TABLE).selectAll().orderBy("installed_at").orderBy("id").execute();
      return rows.map(toPortal);
    },

    async install(input) {
      const known = {
        domain: input.domain,
        client_endpoint: input.clientEndpoint,
        server_endpoint: input.serverEndpoint,
        ...(input.applicationToken !== undefined && {
          application_token_sealed: secrets.seal(input.applicationToken, applicationTokenPlace(input.id)),
        }),
        ...sealTokens(secrets, TABLE, input.id, input.tokens),
        ...(input.userId !== undefined && { user_id: input.userId }),
        scopes: [...input.scopes],
        language: input.language,
        trouble: null,
      };
      const installation: InstallationReport = { ok: false, problems: [] };
      const row = await db
        .insertInto(TABLE)
        .values({
          application_token_sealed: null,
          user_id: null,
          ...known,
          id: input.id,
          name: input.domain,
          installation: toJson(installation),
        })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(known))
        .returningAll()
        .executeTakeFirstOrThrow();
      return toPortal(row);
    },

    async saveTokens(portal, replaces, tokens) {
      const result = await db
        .updateTable(TABLE)
        .set(sealTokens(secrets, TABLE, portal, tokens))
        .where("id", "=", portal)
        .where("refresh_token_digest", "=", secrets.digest(replaces))
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async update(portal, patch) {
      const values = {
        ...(patch.domain !== undefined && { domain: patch.domain }),
        ...(patch.clientEndpoint !== undefined && { client_endpoint: patch.clientEndpoint }),
        ...(patch.serverEndpoint !== undefined && { server_endpoint: patch.serverEndpoint }),
        ...(patch.applicationToken !== undefined && {
          application_token_sealed: secrets.seal(patch.applicationToken, applicationTokenPlace(portal)),
        }),
        ...(patch.scopes !== undefined && { scopes: [...patch.scopes] }),
        ...(patch.userId !== undefined && { user_id: patch.userId }),
        ...(patch.language !== undefined && { language: patch.language }),
        ...(patch.active !== undefined && { active: patch.active }),
        ...(patch.name !== undefined && { name: patch.name }),
        ...(patch.trouble !== undefined && { trouble: patch.trouble }),
        ...(patch.keepDays !== undefined && { keep_days: patch.keepDays }),
        ...(patch.editors !== undefined && { editors: toJson(patch.editors) }),
        ...(patch.roles !== undefined && { roles: toJson(patch.roles) }),
        ...(patch.installation !== undefined && { installation: toJson(patch.installation) }),
      };
      if (Object.keys(values).length === 0) return;
      await db.updateTable(TABLE).set(values).where("id", "=", portal).execute();
    },

    async noteGap(until, portal) {
      let update = db.updateTable(TABLE).set({ gap_at: until });
      if (portal !== undefined) update = update.where("id", "=", portal);
      await update.execute();
    },

    async dropTokens(portal) {
      await db.updateTable(TABLE).set(NO_TOKENS).where("id", "=", portal).execute();
      await db.updateTable("portal_users").set(NO_TOKENS).where("portal_id", "=", portal).execute();
    },

    erase: (portal) => repeatWhenUndone(() => erase(db, portal)),
  };
}

/** One transaction: the answer names exactly the rows that went. Nothing can be added meanwhile, the portal's row is locked. */
function erase(db: Kysely<Schema>, portal: PortalId): ReturnType<PortalRepository["erase"]> {
  return db.transaction().execute(async (tx) => {
    await tx.selectFrom(TABLE).select("id").where("id", "=", portal).forUpdate().execute();
    const kept = await tx.selectFrom("media").select("id").where("portal_id", "=", portal).execute();
    const left = await tx.selectFrom("removed_media").select("id").where("portal_id", "=", portal).execute();
    const rows: Record<string, number> = {};
    for (const table of OWNED_TABLES) {
      const deleted = await tx.deleteFrom(table).where("portal_id", "=", portal).executeTakeFirst();
      rows[table] = Number(deleted.numDeletedRows);
    }
    const own = await tx.deleteFrom(TABLE).where("id", "=", portal).executeTakeFirst();
    rows[TABLE] = Number(own.numDeletedRows);
    return { media: [...kept, ...left].map((row) => mediaId(row.id)), rows };
  });
}
