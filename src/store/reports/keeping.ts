import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { Counted, SaidRow } from "../../domain/report.ts";
import { toJson } from "../clean.ts";
import type { Schema } from "../schema.ts";

const QUARTER_MS = 900_000;

/** Writes what a batch made of its conversations: a few statements for all of them. */
export async function keepCounted(tx: Kysely<Schema>, portal: PortalId, counted: readonly Counted[]): Promise<void> {
  await dropNone(tx, counted);
  const talks = counted.flatMap((one) => one.talks);
  if (talks.length > 0)
    await sql`
      insert into report_talks (portal_id, account_id, conversation_id, n, opened_at, opened_seq, by_us, answered_seq, agent,
          closed_at, closed_seq)
        select ${portal}::text, t.* from jsonb_to_recordset(${toJson(
          talks.map(({ account, conversation, n, openedAt, openedSeq, byUs, answered, closed }) => ({
            ...{ account, conversation, n, opened: openedAt, opened_seq: openedSeq, by_us: byUs },
            ...{ answered: answered?.seq, agent: answered?.agent, closed: closed?.at, closed_seq: closed?.seq },
          })),
        )}::jsonb) as t(account uuid, conversation uuid, n integer, opened timestamptz, opened_seq bigint, by_us boolean,
          answered bigint, agent text, closed timestamptz, closed_seq bigint)
          join accounts a on a.id = t.account
        on conflict (conversation_id, n) do update set answered_seq = excluded.answered_seq, agent = excluded.agent,
          closed_at = excluded.closed_at, closed_seq = excluded.closed_seq, opened_at = excluded.opened_at,
          opened_seq = excluded.opened_seq, by_us = excluded.by_us`.execute(tx);
  const waits = counted.flatMap((one) => one.waits);
  if (waits.length > 0)
    await sql`
      insert into report_waits (portal_id, account_id, conversation_id, asked_seq, asked_at, is_first, ended, end_seq, seconds, agent)
        select ${portal}::text, w.* from jsonb_to_recordset(${toJson(
          waits.map(({ account, conversation, askedSeq, askedAt, first, end }) => ({
            ...{ account, conversation, asked_seq: askedSeq, asked: askedAt, is_first: first },
            ...{ ended: end?.kind, end_seq: end?.seq },
            ...(end && "seconds" in end && { seconds: end.seconds }),
            ...(end && "agent" in end && { agent: end.agent }),
          })),
        )}::jsonb) as w(account uuid, conversation uuid, asked_seq bigint, asked timestamptz, is_first boolean, ended text,
          end_seq bigint, seconds integer, agent text)
          join accounts a on a.id = w.account
        on conflict (conversation_id, asked_seq) do update set ended = excluded.ended, end_seq = excluded.end_seq,
          seconds = excluded.seconds, agent = excluded.agent, is_first = excluded.is_first`.execute(tx);
  const stars = counted.flatMap((one) => one.stars);
  if (stars.length > 0)
    await sql`
      insert into report_ratings (portal_id, account_id, conversation_id, seq, at, stars, agent)
        select ${portal}::text, s.* from jsonb_to_recordset(${toJson(stars)}::jsonb) as s(account uuid, conversation uuid,
            seq bigint, at timestamptz, stars smallint, agent text)
          join accounts a on a.id = s.account
        on conflict (conversation_id, seq) do nothing`.execute(tx);
}

async function dropNone(tx: Kysely<Schema>, counted: readonly Counted[]): Promise<void> {
  const none = counted.flatMap(({ noTalks, noWaits, of }) => [
    ...noTalks.map((n) => ({ conversation: of, n })),
    ...noWaits.map((seq) => ({ conversation: of, seq })),
  ]);
  if (none.length === 0) return;
  const rows = toJson(none);
  await sql`
    delete from report_talks t using jsonb_to_recordset(${rows}::jsonb) as x(conversation uuid, n integer)
      where t.conversation_id = x.conversation and t.n = x.n`.execute(tx);
  await sql`
    delete from report_waits w using jsonb_to_recordset(${rows}::jsonb) as x(conversation uuid, seq bigint)
      where w.conversation_id = x.conversation and w.asked_seq = x.seq`.execute(tx);
}

/** Adds to what was said in each quarter of an hour, except in those that were counted for good. */
export async function keepSaid(
  tx: Kysely<Schema>,
  portal: PortalId,
  rows: readonly SaidRow[],
  before: number,
  writerOf: (row: SaidRow) => string | undefined,
): Promise<void> {
  const said = new Map<string, ReturnType<typeof begun>>();
  for (const row of rows) {
    const writer = writerOf(row);
    const quarter = Math.floor(row.createdAt.getTime() / QUARTER_MS);
    if (writer === undefined || quarter <= before) continue;
    const { account, conversation } = row;
    const key = `${conversation} ${quarter} ${writer}`;
    const known = said.get(key);
    if (known) known.messages += 1;
    else said.set(key, begun(account, conversation, quarter, writer));
  }
  if (said.size === 0) return;
  await sql`
    insert into report_said as r (portal_id, account_id, conversation_id, quarter, writer, messages)
      select ${portal}::text, s.* from jsonb_to_recordset(${toJson([...said.values()])}::jsonb)
          as s(account uuid, conversation uuid, quarter integer, writer text, messages integer)
        join accounts a on a.id = s.account
      on conflict (conversation_id, quarter, writer) do update set messages = r.messages + excluded.messages`.execute(
    tx,
  );
}

const begun = (account: string, conversation: string, quarter: number, writer: string) => ({
  ...{ account, conversation, quarter, writer },
  messages: 1,
});
