import { createHash } from "node:crypto";
import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { conversationId, portalId, type RobotCallId, robotCallId } from "../domain/ids.ts";
import type { EntityType } from "../domain/person.ts";
import type { Robot, RobotCall, RobotOutcome, RobotProperties, RobotReturn } from "../domain/robot.ts";
import { cleanText, isUuid, toJson } from "./clean.ts";
import type { RobotRepository } from "./contract/robots.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

const TABLE = "robot_calls";
/** Whoever took one and has not put it down by then is gone. */
const TAKEN = sql`interval '1 minute'`;
const TROUBLE = sql<SqlBool>`(r.result ->> 'result' in ('uncertain', 'not_sent', 'failed', 'not_found', 'nothing')
  or r.returned in ('refused', 'given-up'))`;

const tokenPlace = (portal: string, digest: string) => ({
  table: TABLE,
  column: "token_sealed",
  row: `${portal} ${digest}`,
});
const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/**
 * Calls of robots. Killed while one is carried out: it is taken again after a minute, and goes on from what was kept last.
 * The same call twice, at once or later: the schema keeps one.
 */
export function createRobotRepository(db: Kysely<Schema>, secrets: Secrets): RobotRepository {
  const of = (portal: string, call: RobotCallId) =>
    db
      .updateTable(TABLE)
      .where("portal_id", "=", portal)
      .where("id", "=", isUuid(call) ? call : NOBODY);

  return {
    async accept({ portal, robot, workflow, card, properties, returns, token, at }) {
      const digest = digestOf(token);
      return repeatWhenUndone(async () => {
        const stored = await db
          .insertInto(TABLE)
          .values({
            ...{ portal_id: portal, token_digest: digest, robot, workflow: cleanText(workflow).slice(0, 200) },
            token_sealed: returns ? secrets.seal(token, tokenPlace(portal, digest)) : null,
            ...{ card_type: card.type, card_id: card.id, properties: toJson(properties), returns, due_at: at },
          })
          .onConflict((conflict) => conflict.columns(["portal_id", "token_digest"]).doNothing())
          .returning("id")
          .executeTakeFirst();
        if (stored) return { kind: "stored", call: robotCallId(stored.id) };
        const known = await db
          .selectFrom(TABLE)
          .select("id")
          .where("portal_id", "=", portal)
          .where("token_digest", "=", digest)
          .executeTakeFirstOrThrow();
        return { kind: "duplicate", call: robotCallId(known.id) };
      });
    },

    async take(now, limit) {
      await repeatWhenUndone(() =>
        sql`
          update robot_calls r set due_at = ${now}
            where r.waits_for is not null and r.due_at > ${now} and exists (
              select 1 from messages m
                where m.conversation_id = any(r.waits_for) and m.seq > r.waits_after
                  and m.direction = 'in' and m.kind = 'message' and m.origin ->> 'by' = 'channel')`.execute(db),
      );
      const { rows } = await sql<Row>`
        update robot_calls set taken_at = clock_timestamp()
          where id in (
            select id from robot_calls
              where due_at <= ${now} and (taken_at is null or taken_at < clock_timestamp() - ${TAKEN})
              order by due_at limit ${limit} for update skip locked)
          returning *`.execute(db);
      return rows.map(toCall).toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    },

    async find(portal, call) {
      if (!isUuid(call)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", call)
        .executeTakeFirst();
      return row && toCall(row);
    },

    async keep(portal, call, progress) {
      await of(portal, call)
        .set({ progress: toJson(progress), taken_at: sql<Date>`clock_timestamp()` })
        .execute();
    },

    async postpone(portal, call, until, wait) {
      await of(portal, call)
        .set({
          due_at: until,
          taken_at: null,
          waits_for: wait ? wait.conversations.filter(isUuid) : null,
          waits_after: wait ? wait.after : null,
        })
        .execute();
    },

    async conclude(portal, call, outcome, now) {
      await of(portal, call)
        .where("result", "is", null)
        .set({
          result: toJson(outcome),
          ...{ waits_for: null, waits_after: null, taken_at: null, attempts: 0 },
          due_at: sql<Date | null>`case when returns then ${now}::timestamptz end`,
          ended_at: sql<Date | null>`case when not returns then ${now}::timestamptz end`,
          returned: sql<string | null>`case when not returns then 'not-wanted' end`,
        })
        .execute();
    },

    async tokenOf(portal, call) {
      if (!isUuid(call)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .select(["token_sealed", "token_digest"])
        .where("portal_id", "=", portal)
        .where("id", "=", call)
        .executeTakeFirst();
      if (!row || row.token_sealed === null) return undefined;
      return secrets.open(row.token_sealed, tokenPlace(portal, row.token_digest));
    },

    async returnLater(portal, call, until, why) {
      await of(portal, call)
        .set({ due_at: until, taken_at: null, attempts: sql<number>`attempts + 1`, returned_why: cleanText(why) })
        .execute();
    },

    async returned(portal, call, how, now, why) {
      await of(portal, call)
        .where("returned", "is", null)
        .set({
          ...{ returned: how, returned_why: why === undefined ? null : cleanText(why), token_sealed: null },
          ...{ due_at: null, taken_at: null, ended_at: now },
        })
        .execute();
    },

    async before(portal, { id, workflow, createdAt }, robot) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("workflow", "=", workflow)
        .where("robot", "=", robot)
        .where("id", "<>", id)
        .where("created_at", "<=", createdAt)
        .orderBy("created_at", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toCall(row);
    },

    async list(portal, { before, robot, only, limit }) {
      let select = db.selectFrom(`${TABLE} as r`).selectAll().where("portal_id", "=", portal);
      if (robot !== undefined) select = select.where("robot", "=", robot);
      if (only === "trouble") select = select.where(TROUBLE);
      if (only === "open") select = select.where("due_at", "is not", null);
      if (before !== undefined && isUuid(before))
        select = select.where(
          sql<SqlBool>`(r.created_at, r.id) < (select b.created_at, b.id from robot_calls b where b.portal_id = ${portal} and b.id = ${before})`,
        );
      const rows = await select.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
      return rows.map(toCall);
    },

    async forget(portal, before, limit) {
      const { rows } = await sql`
        delete from robot_calls where id in (
          select id from robot_calls
            where portal_id = ${portal} and due_at is null and created_at < ${before}
            order by created_at limit ${limit})
          returning id`.execute(db);
      return rows.length;
    },
  };
}

type Row = Selectable<Schema["robot_calls"]>;
const NOBODY = "00000000-0000-0000-0000-000000000000";

function toCall(row: Row): RobotCall {
  return {
    id: robotCallId(row.id),
    portal: portalId(row.portal_id),
    robot: row.robot as Robot,
    workflow: row.workflow,
    card: { type: row.card_type as EntityType, id: row.card_id },
    properties: row.properties as RobotProperties,
    returns: row.returns,
    progress: row.progress,
    waitsFor: (row.waits_for ?? []).map(conversationId),
    ...(row.result !== null && { outcome: row.result as RobotOutcome }),
    ...(row.returned !== null && { returned: row.returned as RobotReturn }),
    ...(row.returned_why !== null && { returnedWhy: row.returned_why }),
    attempts: row.attempts,
    createdAt: row.created_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
  };
}
