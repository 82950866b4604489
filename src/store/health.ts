import { type Kysely, type RawBuilder, sql } from "kysely";
import type { ConnectionState } from "../domain/account.ts";
import { accountId, type Direction, type PortalId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid, saneDate, toJson } from "./clean.ts";
import type { AccountStanding, AlarmPerson, HealthRepository, WatchedPortal } from "./contract/health.ts";
import { repeatWhenUndone } from "./errors.ts";
import { createAlarms, isAlarmReason, toStandingAlarm } from "./health-alarms.ts";
import type { Schema } from "./schema.ts";

/** Largest text of an IANA zone's name that is kept. */
const LONGEST_ZONE = 64;

/**
 * How accounts are. What is counted is statistics: added, never read on the way of a message. Every question goes by an
 * index that begins with the portal or the account; the watch's own question reads the accounts, which are few.
 */
export function createHealthRepository(db: Kysely<Schema>): HealthRepository {
  return {
    ...createAlarms(db),

    async record(counts) {
      const now = new Date();
      const rows = counts.flatMap((count) =>
        isUuid(count.account)
          ? [
              {
                ...count,
                portal: cleanText(count.portal),
                lastReceivedAt: count.lastReceivedAt && saneDate(count.lastReceivedAt, now),
                lastSentAt: count.lastSentAt && saneDate(count.lastSentAt, now),
              },
            ]
          : [],
      );
      if (rows.length === 0) return;
      // In the order of the accounts, so that two processes cannot lock each other out.
      await repeatWhenUndone(() =>
        sql`
          insert into account_days as d (portal_id, account_id, day, received, sent, refused, failed, uncertain,
              last_received_at, last_sent_at, heard_hours, watched_hours)
            select a.portal_id, a.id, c.day, coalesce(sum(c.received), 0), coalesce(sum(c.sent), 0), coalesce(sum(c.refused), 0),
                coalesce(sum(c.failed), 0), coalesce(sum(c.uncertain), 0), max(c."lastReceivedAt"), max(c."lastSentAt"),
                coalesce(bit_or(1 << c.hour) filter (where c.received > 0), 0), coalesce(bit_or(1 << c.hour) filter (where c.watched), 0)
              from jsonb_to_recordset(${toJson(rows)}::jsonb) as c(portal text, account uuid, day date, hour integer,
                received integer, sent integer, refused integer, failed integer, uncertain integer,
                "lastReceivedAt" timestamptz, "lastSentAt" timestamptz, watched boolean)
              join accounts a on a.id = c.account and a.portal_id = c.portal
              group by a.portal_id, a.id, c.day order by a.id, c.day
            on conflict (account_id, day) do update set
              received = d.received + excluded.received, sent = d.sent + excluded.sent,
              refused = d.refused + excluded.refused, failed = d.failed + excluded.failed,
              uncertain = d.uncertain + excluded.uncertain,
              last_received_at = greatest(d.last_received_at, excluded.last_received_at),
              last_sent_at = greatest(d.last_sent_at, excluded.last_sent_at),
              heard_hours = d.heard_hours | excluded.heard_hours,
              watched_hours = d.watched_hours | excluded.watched_hours`.execute(db),
      );
    },

    async timeZones(portals) {
      if (portals.length === 0) return new Map();
      const rows = await db
        .selectFrom("portals")
        .select(["id", "time_zone"])
        .where("id", "in", [...new Set(portals)])
        .execute();
      return new Map(rows.flatMap((row) => (row.time_zone === null ? [] : [[portalId(row.id), row.time_zone]])));
    },

    async settings(portal) {
      const row = await db
        .selectFrom("portals as p")
        .leftJoin("portal_users as u", (join) =>
          join.onRef("u.portal_id", "=", "p.id").onRef("u.user_id", "=", "p.user_id"),
        )
        .select(["p.alarm_people", "p.time_zone", "p.user_id", "u.name"])
        .where("p.id", "=", portal)
        .executeTakeFirst();
      if (!row) return undefined;
      const people = row.alarm_people as readonly AlarmPerson[] | null;
      return {
        ...(people !== null && { people }),
        ...(row.user_id !== null && { installer: { id: row.user_id, name: row.name ?? `#${row.user_id}` } }),
        ...(row.time_zone !== null && { timeZone: row.time_zone }),
      };
    },

    async saveSettings(portal, { people, timeZone }) {
      const values = {
        ...(people !== undefined && {
          alarm_people: people === null ? null : toJson(people.map(({ id, name }) => ({ id, name }))),
        }),
        ...(timeZone !== undefined && { time_zone: timeZone.slice(0, LONGEST_ZONE) }),
      };
      if (Object.keys(values).length === 0) return;
      await db.transaction().execute(async (tx) => {
        const before = await tx
          .selectFrom("portals")
          .select("time_zone")
          .where("id", "=", portal)
          .forUpdate()
          .executeTakeFirst();
        if (!before) return;
        await tx.updateTable("portals").set(values).where("id", "=", portal).execute();
        if (timeZone === undefined || before.time_zone === timeZone) return;
        await tx
          .updateTable("account_days")
          .set({ heard_hours: 0, watched_hours: 0 })
          .where("portal_id", "=", portal)
          .execute();
      });
    },

    async board(portal, day) {
      const [standing, today, queues] = await Promise.all([
        standings(db, sql`a.portal_id = ${portal}`),
        db
          .selectFrom("account_days")
          .select(["account_id", "received", "sent", "refused", "failed", "uncertain"])
          .where("portal_id", "=", portal)
          .where("day", "=", day)
          .execute(),
        sql<{ account_id: string; direction: Direction; waiting: number; oldest_at: Date }>`
          select * from account_queues(${portal})`.execute(db),
      ]);
      return standing.map((row) => {
        const {
          received = 0,
          sent = 0,
          refused = 0,
          failed = 0,
          uncertain = 0,
        } = today.find((one) => one.account_id === row.id) ?? {};
        const own = queues.rows.filter((queue) => queue.account_id === row.id);
        return {
          ...toStanding(row),
          today: { received, sent, refused, failed, uncertain },
          queues: Object.fromEntries(
            own.map((queue) => [queue.direction, { waiting: queue.waiting, oldestAt: queue.oldest_at }]),
          ),
        };
      });
    },

    async hours(portal, since) {
      const rows = await db
        .selectFrom("account_days")
        .select(["account_id", "heard_hours", "watched_hours"])
        .select(sql<string>`day::text`.as("day"))
        .where("portal_id", "=", portal)
        .where("day", ">=", since)
        .orderBy("day")
        .execute();
      return rows.map((row) => ({
        account: accountId(row.account_id),
        day: row.day,
        heard: row.heard_hours,
        watched: row.watched_hours,
      }));
    },

    async watchList() {
      const rows = await standings(db, sql`p.active and p.refresh_token_sealed is not null`);
      const portals = new Map<string, { id: PortalId; timeZone?: string; accounts: AccountStanding[] }>();
      for (const row of rows) {
        const known = portals.get(row.portal_id) ?? {
          id: portalId(row.portal_id),
          ...(row.time_zone !== null && { timeZone: row.time_zone }),
          accounts: [],
        };
        known.accounts.push(toStanding(row));
        portals.set(row.portal_id, known);
      }
      return [...portals.values()] satisfies readonly WatchedPortal[];
    },

    async forgetDaysBefore(day) {
      const { rows } = await sql<{ forgotten: number }>`
        with gone as (
          delete from account_days d
          where d.day < ${day}::date and exists (
            select 1 from account_days n where n.account_id = d.account_id and n.day > d.day
              and (n.last_received_at is not null or d.last_received_at is null))
          and exists (
            select 1 from account_days n where n.account_id = d.account_id and n.day > d.day
              and (n.last_sent_at is not null or d.last_sent_at is null))
          returning 1)
        select count(*) as forgotten from gone`.execute(db);
      return rows[0]?.forgotten ?? 0;
    },

    async census() {
      const [accounts, alarms] = await Promise.all([
        sql<{ channel: string; state: string; count: number }>`
          select a.channel, case when a.enabled and p.active then a.connection ->> 'kind' else 'off' end as state, count(*) as count
            from accounts a join portals p on p.id = a.portal_id
            where p.refresh_token_sealed is not null group by 1, 2 order by 1, 2`.execute(db),
        sql<{ reason: string; count: number }>`
          select reason, count(*) as count from account_alarms where ended_at is null group by reason`.execute(db),
      ]);
      const open = { down: 0, person: 0, silent: 0 };
      for (const { reason, count } of alarms.rows) if (isAlarmReason(reason)) open[reason] = count;
      return { accounts: accounts.rows, alarms: open };
    },
  };
}

interface StandingRow {
  readonly portal_id: string;
  readonly time_zone: string | null;
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly line: string | null;
  readonly connection: unknown;
  readonly steady_since: Date;
  readonly worked: boolean;
  readonly created_at: Date;
  readonly last_received_at: Date | null;
  readonly last_sent_at: Date | null;
  readonly alarms: readonly Parameters<typeof toStandingAlarm>[0][];
}

async function standings(db: Kysely<Schema>, which: RawBuilder<unknown>): Promise<readonly StandingRow[]> {
  const { rows } = await sql<StandingRow>`
    select a.portal_id, p.time_zone, a.id, a.channel, a.name, a.enabled, a.line, a.connection, a.steady_since, a.worked,
        a.created_at, d.last_received_at, d.last_sent_at,
        (select coalesce(jsonb_agg(to_jsonb(al) order by al.kind), '[]') from account_alarms al where al.account_id = a.id) as alarms
      from accounts a join portals p on p.id = a.portal_id
        left join lateral (
          select max(ad.last_received_at) as last_received_at, max(ad.last_sent_at) as last_sent_at
            from account_days ad where ad.account_id = a.id) as d on true
      where ${which}
      order by a.portal_id, a.created_at, a.id`.execute(db);
  return rows;
}

function toStanding(row: StandingRow): AccountStanding {
  return {
    id: accountId(row.id),
    channel: row.channel,
    name: row.name,
    enabled: row.enabled,
    ...(row.line !== null && { line: row.line }),
    connection: row.connection as ConnectionState,
    steadySince: row.steady_since,
    worked: row.worked,
    createdAt: row.created_at,
    ...(row.last_received_at !== null && { lastReceivedAt: row.last_received_at }),
    ...(row.last_sent_at !== null && { lastSentAt: row.last_sent_at }),
    alarms: row.alarms.map(toStandingAlarm),
  };
}
