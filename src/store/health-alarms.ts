import { type Kysely, sql } from "kysely";
import { accountId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { Alarm, AlarmEnding, AlarmKind, AlarmReason, HealthRepository, StandingAlarm } from "./contract/health.ts";
import type { Schema } from "./schema.ts";

type Alarms = Pick<HealthRepository, "raise" | "end" | "untold" | "beginTelling" | "markTold">;

export const isAlarmReason = (reason: string): reason is AlarmReason =>
  reason === "down" || reason === "person" || reason === "silent";

/**
 * One row for an account's trouble of a kind, from the alarm to the all-clear. Each step is one statement that holds only
 * while the row is as it was read: of two workers doing the same, one does it.
 */
export function createAlarms(db: Kysely<Schema>): Alarms {
  return {
    async raise(portal, account, alarm) {
      if (!isUuid(account)) return "unknown";
      const { rows } = await sql<{ raised: boolean }>`
        insert into account_alarms as al (portal_id, account_id, kind, reason, sentence, since)
          select a.portal_id, a.id, ${alarm.kind}, ${alarm.reason}, ${cleanText(alarm.sentence)}, ${alarm.since}::timestamptz
            from accounts a where a.id = ${account} and a.portal_id = ${portal} for key share
          on conflict (account_id, kind) do update set
            reason = excluded.reason,
            sentence = excluded.sentence,
            told_at = case when al.reason = excluded.reason then al.told_at end,
            ended_at = null, ending = null
          returning al.xmax = 0 as raised`.execute(db);
      const [row] = rows;
      if (!row) return "unknown";
      return row.raised ? "raised" : "standing";
    },

    async end(portal, account, kind, ending) {
      if (!isUuid(account)) return;
      await sql`
        with unheard as (
          delete from account_alarms
            where portal_id = ${portal} and account_id = ${account} and kind = ${kind} and told_to is null)
        update account_alarms set ended_at = clock_timestamp(), ending = ${ending}
          where portal_id = ${portal} and account_id = ${account} and kind = ${kind} and told_to is not null
            and ended_at is null`.execute(db);
    },

    async untold(portal) {
      const { rows } = await sql<AlarmRow & { portal_id: string; account_id: string; name: string; channel: string }>`
        select al.*, a.name, a.channel from account_alarms al join accounts a on a.id = al.account_id
          where al.portal_id = ${portal} and (al.told_at is null or al.ended_at is not null)
          order by al.raised_at, al.account_id, al.kind`.execute(db);
      return rows.map((row) => ({
        ...toStandingAlarm(row),
        portal: portalId(row.portal_id),
        account: accountId(row.account_id),
        name: row.name,
        channel: row.channel,
        ...(row.told_to !== null && { toldTo: row.told_to }),
      }));
    },

    async beginTelling(alarm, people) {
      const { rows } = await sql`
        update account_alarms set told_to = array(select distinct unnest(coalesce(told_to, '{}') || ${[...people]}::text[]) order by 1)
          where ${asRead(alarm)} returning 1`.execute(db);
      return rows.length > 0;
    },

    async markTold(alarm) {
      if (alarm.ending === undefined)
        await sql`update account_alarms set told_at = clock_timestamp() where ${asRead(alarm)}`.execute(db);
      else await sql`delete from account_alarms where ${asRead(alarm)}`.execute(db);
    },
  };
}

const asRead = ({ portal, account, kind, reason, ending }: Alarm) => sql<boolean>`
  portal_id = ${portal} and account_id = ${account}::uuid and kind = ${kind} and reason = ${reason}
  and ending is not distinct from ${ending ?? null}::text`;

interface AlarmRow {
  readonly kind: string;
  readonly reason: string;
  readonly sentence: string;
  readonly since: Date | string;
  readonly raised_at: Date | string;
  readonly ending: string | null;
  readonly told_to: string[] | null;
}

/** Of a row, or of a row that came as JSON, in which times are texts. */
export function toStandingAlarm(row: AlarmRow): StandingAlarm {
  return {
    kind: row.kind as AlarmKind,
    reason: row.reason as AlarmReason,
    sentence: row.sentence,
    since: new Date(row.since),
    raisedAt: new Date(row.raised_at),
    ...(row.ending !== null && { ending: row.ending as AlarmEnding }),
  };
}
