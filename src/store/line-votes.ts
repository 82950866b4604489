import { type Kysely, sql } from "kysely";
import { accountId, conversationId, type PortalId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { LineSession, LineVoteRepository } from "./contract/line-votes.ts";
import { repeatWhenUndone } from "./errors.ts";
import { markRated } from "./reports/marks.ts";
import type { Schema } from "./schema.ts";

interface Row {
  readonly portal_id: string;
  readonly account_id: string;
  readonly conversation_id: string;
  readonly session_id: string;
  readonly operator_id: string | null;
}

/**
 * Votes of open lines. What may be a vote and sessions that ended stand here until they were asked about, so a crash delays
 * and loses nothing; told twice, the same row says the same.
 */
export function createLineVoteRepository(db: Kysely<Schema>): LineVoteRepository {
  const place = ({ portal, account, conversation, session, operator }: LineSession) =>
    sql`${portal}::text, ${account}::uuid, ${conversation}::uuid, ${cleanText(session)}::text,
      ${operator === undefined ? null : cleanText(operator)}::text`;

  return {
    async perhaps({ thankedSeq, ...of }, due) {
      if (!isUuid(of.conversation) || !isUuid(of.account)) return;
      await sql`
        insert into line_votes as v (portal_id, account_id, conversation_id, session_id, operator_id, thanked_seq, thanked_due)
          values (${place(of)}, ${thankedSeq}, ${due})
          on conflict (conversation_id, session_id) do update
            set thanked_seq = excluded.thanked_seq, thanked_due = excluded.thanked_due,
              operator_id = coalesce(excluded.operator_id, v.operator_id)
            where v.portal_id = excluded.portal_id`.execute(db);
    },

    async unread(now, perPortal) {
      const { rows } = await sql<Row & { thanked_seq: number }>`
        select d.* from portals p cross join lateral (
          select v.portal_id, v.account_id, v.conversation_id, v.session_id, v.operator_id, v.thanked_seq from line_votes v
            where v.portal_id = p.id and v.thanked_due <= ${now} order by v.thanked_due limit ${perPortal}) as d
          where p.active and p.refresh_token_sealed is not null`.execute(db);
      return byPortal(rows, ({ thanked_seq: thankedSeq }) => ({ thankedSeq }));
    },

    async settle({ portal, conversation, session, thankedSeq }, to) {
      const row = sql`portal_id = ${portal} and conversation_id = ${conversation}::uuid and session_id = ${session}
        and thanked_seq = ${thankedSeq}`;
      if (to && "againAt" in to) {
        await sql`update line_votes set thanked_due = ${to.againAt} where ${row}`.execute(db);
        return;
      }
      if (!to) {
        await sql`update line_votes set thanked_seq = null, thanked_due = null where ${row}`.execute(db);
        return;
      }
      await repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const { rows } = await sql`
            update line_votes set thanked_seq = null, thanked_due = null, stars = ${to.stars}, rated_at = ${to.at}
              where ${row} returning 1`.execute(tx);
          if (rows.length === 0) return;
          // What they said asks nothing.
          await markRated(tx, portal, conversation, to.saidSeq);
          await sql`
            update conversations c set answered_at = clock_timestamp(), answered_seq = ${to.saidSeq}
              where c.id = ${conversation}::uuid and c.portal_id = ${portal}
                and coalesce(c.answered_seq, 0) < ${to.saidSeq}`.execute(tx);
        }),
      );
    },

    async ended(of, lookInMs) {
      if (!isUuid(of.conversation) || !isUuid(of.account)) return;
      await sql`
        insert into line_votes as v (portal_id, account_id, conversation_id, session_id, operator_id, look_at)
          values (${place(of)}, clock_timestamp() + ${lookInMs}::double precision * interval '1 millisecond')
          on conflict (conversation_id, session_id) do update
            set look_at = excluded.look_at, looks = 0, operator_id = coalesce(excluded.operator_id, v.operator_id)
            where v.portal_id = excluded.portal_id and v.supervisor_stars is null`.execute(db);
    },

    async toLook(now, perPortal) {
      const { rows } = await sql<Row & { looks: number }>`
        select d.* from portals p cross join lateral (
          select v.portal_id, v.account_id, v.conversation_id, v.session_id, v.operator_id, v.looks from line_votes v
            where v.portal_id = p.id and v.look_at <= ${now} order by v.look_at limit ${perPortal}) as d
          where p.active and p.refresh_token_sealed is not null`.execute(db);
      return byPortal(rows, ({ looks }) => ({ looks }));
    },

    async looked({ portal, conversation, session, looks }, found) {
      const given = "stars" in found;
      await sql`
        update line_votes set looks = ${looks + 1}, look_at = ${given ? null : (found.againAt ?? null)}::timestamptz,
            supervisor_stars = coalesce(${given ? found.stars : null}::smallint, supervisor_stars),
            supervised_at = coalesce(${given ? found.at : null}::timestamptz, supervised_at)
          where portal_id = ${portal} and conversation_id = ${conversation}::uuid and session_id = ${session}
            and looks = ${looks} and look_at is not null`.execute(db);
    },
  };
}

function byPortal<R extends Row, More>(
  rows: readonly R[],
  more: (row: R) => More,
): ReadonlyMap<PortalId, readonly (LineSession & More)[]> {
  return Map.groupBy(
    rows.map((row) => ({
      ...{ portal: portalId(row.portal_id), account: accountId(row.account_id) },
      ...{ conversation: conversationId(row.conversation_id), session: row.session_id },
      ...(row.operator_id !== null && { operator: row.operator_id }),
      ...more(row),
    })),
    ({ portal }) => portal,
  );
}
