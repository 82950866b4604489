import { type Kysely, type Selectable, sql } from "kysely";
import { cleanText, toJson } from "./clean.ts";
import type { RulesetRepository, SavedRuleset } from "./contract/rules.ts";
import { violates } from "./errors.ts";
import type { Schema } from "./schema.ts";

const TABLE = "rulesets";

/** Versions of a portal's rules. Two people saving on top of the same version: the key of the table lets one through. */
export function createRulesetRepository(db: Kysely<Schema>): RulesetRepository {
  return {
    async current(portal) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .orderBy("version", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toRuleset(row);
    },

    async find(portal, version) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("version", "=", version)
        .executeTakeFirst();
      return row && toRuleset(row);
    },

    async list(portal, limit) {
      const rows = await db
        .selectFrom(TABLE)
        .select(["version", "at", "by_user", "note"])
        .where("portal_id", "=", portal)
        .orderBy("version", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ version: row.version, at: row.at, by: row.by_user, note: row.note }));
    },

    async save(portal, { content, basedOn, by, note }) {
      try {
        const row = await db
          .insertInto(TABLE)
          .columns(["portal_id", "version", "content", "by_user", "note"])
          .expression(
            sql`select ${portal}, ${basedOn + 1}::integer, ${toJson(content)}::jsonb, ${by}, ${cleanText(note)}
              where ${basedOn} = coalesce((select max(version) from rulesets where portal_id = ${portal}), 0)`,
          )
          .returningAll()
          .executeTakeFirst();
        return row ? toRuleset(row) : "conflict";
      } catch (error) {
        if (violates(error, "rulesets_pkey")) return "conflict";
        throw error;
      }
    },

    async keepLine(portal, line, before) {
      await db
        .insertInto("line_crm")
        .values({ portal_id: portal, line: cleanText(line), before: toJson(before) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async takeLine(portal, line) {
      const row = await db
        .deleteFrom("line_crm")
        .where("portal_id", "=", portal)
        .where("line", "=", cleanText(line))
        .returning("before")
        .executeTakeFirst();
      return row?.before;
    },
  };
}

const toRuleset = (row: Selectable<Schema["rulesets"]>): SavedRuleset => ({
  version: row.version,
  at: row.at,
  by: row.by_user,
  note: row.note,
  content: row.content,
});
