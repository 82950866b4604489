/** The sums that the database keeps, and the same ones made of the rows, one row after the other. */
import type { Kysely } from "kysely";
import { unpacked } from "../../../src/store/reports/answer-times.ts";
import type { Schema } from "../../../src/store/schema.ts";

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
type Amounts = Record<string, number | readonly number[]>;
type Sums = ReadonlyMap<string, Readonly<Amounts>>;

interface Row {
  readonly conversation_id: string;
  readonly account_id: string;
}

const isSomething = (value: number | readonly number[]) => (typeof value === "number" ? value !== 0 : value.length > 0);

/** What came to nothing is not there. */
const present = (sums: Iterable<[string, Amounts]>): Sums =>
  new Map(
    [...sums]
      .map(
        ([key, row]) =>
          [key, Object.fromEntries(Object.entries(row).filter(([, value]) => isSomething(value)))] as const,
      )
      .filter(([, row]) => Object.keys(row).length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

export async function keptSums(db: Kysely<Schema>, portal: string): Promise<Sums> {
  const days = await db.selectFrom("report_days").selectAll().where("portal_id", "=", portal).execute();
  const quarters = await db.selectFrom("report_quarters").selectAll().where("portal_id", "=", portal).execute();
  const seconds = (packed: Uint8Array) => [...unpacked(packed)].sort((a, b) => a - b);
  return present([
    ...days.map(({ portal_id: _, tag, day, account_id, agent, firsts, furthers, ...counts }): [string, Amounts] => [
      ["day", tag, day, account_id, agent].join(" "),
      { ...counts, firsts: seconds(firsts), furthers: seconds(furthers) },
    ]),
    ...quarters.map(({ portal_id: _, tag, quarter, account_id, ...counts }): [string, Amounts] => [
      ["quarter", tag, quarter, account_id].join(" "),
      counts,
    ]),
  ]);
}

export async function sumsOfRows(db: Kysely<Schema>, portal: string): Promise<Sums> {
  const conversations = await db
    .selectFrom("conversations")
    .select(["id", "tags", "moved_to"])
    .where("portal_id", "=", portal)
    .execute();
  const tags = new Map(conversations.map((one) => [one.id, one.tags]));
  const goesOn = new Map(conversations.map((one) => [one.id, one.moved_to]));
  const tagsOf = (id: string) => new Set(["", ...(tags.get(goesOn.get(id) ?? id) ?? [])]);

  const sums = new Map<string, Amounts>();
  const into = (key: string, name: string, amount: number | readonly number[]) => {
    const row = sums.get(key) ?? {};
    sums.set(key, row);
    const known = row[name];
    if (typeof amount === "number") row[name] = (typeof known === "number" ? known : 0) + amount;
    else row[name] = [...(Array.isArray(known) ? known : []), ...amount].sort((a, b) => a - b);
  };
  const add = (of: Row, at: number, agent: string, counts: Amounts) => {
    for (const tag of tagsOf(of.conversation_id))
      for (const [name, amount] of Object.entries(counts))
        into(["day", tag, Math.floor(at / DAY_MS), of.account_id, agent].join(" "), name, amount);
  };
  const addQuarter = (of: Row, at: number, counts: Record<string, number>) => {
    for (const tag of tagsOf(of.conversation_id))
      for (const [name, amount] of Object.entries(counts))
        into(["quarter", tag, Math.floor(at / QUARTER_MS), of.account_id].join(" "), name, amount);
  };

  for (const wait of await db.selectFrom("report_waits").selectAll().where("portal_id", "=", portal).execute()) {
    const at = wait.asked_at.getTime();
    const answered = wait.ended === "answered";
    addQuarter(wait, at, {
      ...{ asked: 1, answered: Number(answered), seconds: answered ? (wait.seconds ?? 0) : 0 },
      unanswered: Number(wait.ended === null || wait.ended === "closed"),
    });
    if (wait.ended === null) continue;
    add(wait, at, wait.agent ?? "", {
      ...{ asked: 1, no_reply: Number(wait.ended === "no-reply") },
      ...(answered && { [wait.is_first ? "firsts" : "furthers"]: [wait.seconds ?? Number.NaN] }),
    });
  }
  for (const talk of await db.selectFrom("report_talks").selectAll().where("portal_id", "=", portal).execute()) {
    const [opened, closed, agent] = [talk.opened_at.getTime(), talk.closed_at?.getTime(), talk.agent ?? ""];
    const isSettled = talk.agent !== null || closed !== undefined;
    addQuarter(talk, opened, { opened: 1 });
    if (isSettled) add(talk, opened, agent, { opened: 1, begun_by_us: Number(talk.by_us) });
    if (closed === undefined) continue;
    addQuarter(talk, closed, { closed: 1 });
    add(talk, closed, agent, { closed: 1 });
  }
  for (const said of await db.selectFrom("report_said").selectAll().where("portal_id", "=", portal).execute()) {
    const { quarter, writer, messages } = said;
    add(said, quarter * QUARTER_MS, writer, { messages });
    if (writer !== "auto")
      addQuarter(said, quarter * QUARTER_MS, { [writer === "" ? "received" : "answers"]: messages });
  }
  return present(sums);
}
