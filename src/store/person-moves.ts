import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { PortalId } from "../domain/ids.ts";
import { toJson } from "./clean.ts";
import type { AuditEntry } from "./contract/people.ts";
import type { Schema } from "./schema.ts";

/**
 * Everything that changes who belongs together is one kind of move: points, cards and conversations go from one person to
 * another, or away. A move is written down as it happens, in its own transaction, with all that is needed to put it back.
 */

/** `exact_at`: `created_at` to the microsecond, which a date of JavaScript loses; what was brought first stays first. */
export type PointRow = Selectable<Schema["contact_points"]> & { readonly exact_at: string };

export interface Parts {
  readonly points: readonly PointRow[];
  readonly entities: readonly Selectable<Schema["person_entities"]>[];
  readonly conversations: readonly string[];
}

export interface Move {
  readonly by: string;
  readonly what: AuditEntry["what"];
  readonly about: Readonly<Record<string, string>>;
  readonly from: string;
  /** `null`: points and cards are taken away. */
  readonly into: string | null;
  readonly parts: Parts;
}

/** A move as it stands in the audit: rows as JSON, times as texts. */
interface Written {
  readonly from: string;
  readonly into: string | null;
  readonly person: { readonly created_at: string; readonly active_at: string; readonly name: string } | null;
  readonly parts: Parts;
}

type Tx = Transaction<Schema>;

/** Runs with everything about who is who in the portal to itself: such changes are rare, and their order matters. */
export function withPeople<T>(db: Kysely<Schema>, portal: PortalId, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`people of ${portal}`}, 0))`.execute(tx);
    return work(tx);
  });
}

export const pointRows = (tx: Tx) =>
  tx.selectFrom("contact_points").selectAll().select(sql<string>`created_at::text`.as("exact_at"));

export async function allOf(tx: Tx, portal: PortalId, person: string): Promise<Parts> {
  const at = { portal_id: portal, person_id: person };
  const points = await pointRows(tx)
    .where((where) => where.and(at))
    .execute();
  const entities = await tx
    .selectFrom("person_entities")
    .selectAll()
    .where((where) => where.and(at))
    .execute();
  const conversations = await tx
    .selectFrom("conversations")
    .select("id")
    .where((where) => where.and(at))
    .execute();
  return { points, entities, conversations: conversations.map((row) => row.id) };
}

/** Moves the parts and writes it down; a person who is left with nothing goes. Answers the audit entry's id. */
export async function move(tx: Tx, portal: PortalId, { by, what, about, from, into, parts }: Move): Promise<string> {
  const person = await tx.selectFrom("people").selectAll().where("id", "=", from).executeTakeFirst();
  const written: Written = {
    from,
    into,
    person: person
      ? { created_at: person.created_at.toISOString(), active_at: person.active_at.toISOString(), name: person.name }
      : null,
    parts,
  };
  const { id } = await tx
    .insertInto("person_audit")
    .values({
      portal_id: portal,
      person_id: into ?? from,
      by_user: by,
      what,
      about: toJson({ ...about, from, ...(into !== null && { into }) }),
      moved: toJson(written),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await carry(tx, portal, parts, into);
  if (into !== null) await keepFirsts(tx, portal, into);
  await keepFirsts(tx, portal, from);
  await dropIfEmpty(tx, portal, from, into);
  return id;
}

async function carry(tx: Tx, portal: PortalId, parts: Parts, into: string | null): Promise<void> {
  for (const point of parts.points) {
    const at = { portal_id: portal, kind: point.kind, key: point.key };
    if (into === null)
      await tx
        .deleteFrom("contact_points")
        .where((where) => where.and(at))
        .execute();
    else
      await tx
        .updateTable("contact_points")
        .set({ person_id: into })
        .where((where) => where.and(at))
        .execute();
  }
  for (const entity of parts.entities) {
    const at = { portal_id: portal, type: entity.type, id: entity.id };
    if (into === null)
      await tx
        .deleteFrom("person_entities")
        .where((where) => where.and(at))
        .execute();
    else
      await tx
        .updateTable("person_entities")
        .set({ person_id: into })
        .where((where) => where.and(at))
        .execute();
  }
  if (into === null || parts.conversations.length === 0) return;
  await tx
    .updateTable("conversations")
    .set({ person_id: into })
    .where("portal_id", "=", portal)
    .where("id", "in", [...parts.conversations])
    .execute();
  await tx
    .updateTable("decisions")
    .set({ person_id: into })
    .where("portal_id", "=", portal)
    .where("conversation_id", "in", [...parts.conversations])
    .execute();
}

/** Of each kind exactly the oldest point that may link is the first one. */
async function keepFirsts(tx: Tx, portal: PortalId, person: string): Promise<void> {
  await sql`
    update contact_points p set is_first = o.is_oldest
    from (
      select kind, key, linkable and row_number() over (partition by kind, linkable order by created_at, key) = 1 as is_oldest
      from contact_points where portal_id = ${portal} and person_id = ${person}) as o
    where p.portal_id = ${portal} and p.kind = o.kind and p.key = o.key and p.is_first <> o.is_oldest`.execute(tx);
}

async function dropIfEmpty(tx: Tx, portal: PortalId, person: string, into: string | null): Promise<void> {
  const left = await allOf(tx, portal, person);
  if (left.points.length + left.entities.length + left.conversations.length > 0) return;
  if (into !== null) {
    await sql`
      update people p set active_at = greatest(p.active_at, g.active_at), name = case when p.name = '' then g.name else p.name end
      from people g where p.id = ${into} and g.id = ${person}`.execute(tx);
    await tx.updateTable("decisions").set({ person_id: into }).where("person_id", "=", person).execute();
  }
  await tx.deleteFrom("people").where("portal_id", "=", portal).where("id", "=", person).execute();
}

export type PutBack = "done" | { readonly changed: string };

/** Puts a written move back, unless something that it moved is no longer where it was put. */
export async function putBack(tx: Tx, portal: PortalId, by: string, entry: string, moved: unknown): Promise<PutBack> {
  const { from, into, person, parts } = moved as Written;
  for (const point of parts.points) {
    const now = await tx
      .selectFrom("contact_points")
      .select("person_id")
      .where((where) => where.and({ portal_id: portal, kind: point.kind, key: point.key }))
      .executeTakeFirst();
    if ((now?.person_id ?? null) !== into) return { changed: point.shown };
  }
  for (const entity of parts.entities) {
    const now = await tx
      .selectFrom("person_entities")
      .select("person_id")
      .where((where) => where.and({ portal_id: portal, type: entity.type, id: entity.id }))
      .executeTakeFirst();
    if ((now?.person_id ?? null) !== into) return { changed: entity.title };
  }
  await tx
    .insertInto("people")
    .values({
      id: from,
      portal_id: portal,
      ...(person && {
        created_at: new Date(person.created_at),
        active_at: new Date(person.active_at),
        name: person.name,
      }),
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  if (into === null) await putRowsBack(tx, parts);
  else await carry(tx, portal, parts, from);
  await keepFirsts(tx, portal, from);
  if (into !== null) {
    await keepFirsts(tx, portal, into);
    await dropIfEmpty(tx, portal, into, from);
  }
  await noteUndone(tx, portal, by, entry, from);
  return "done";
}

export async function noteUndone(tx: Tx, portal: PortalId, by: string, entry: string, person: string): Promise<void> {
  await tx
    .updateTable("person_audit")
    .set({ undone_at: sql<Date>`clock_timestamp()` })
    .where("id", "=", entry)
    .execute();
  await tx
    .insertInto("person_audit")
    .values({
      portal_id: portal,
      person_id: person,
      by_user: by,
      what: "undone",
      about: toJson({ entry }),
      moved: toJson(null),
    })
    .execute();
}

async function putRowsBack(tx: Tx, parts: Parts): Promise<void> {
  for (const { exact_at, ...point } of parts.points)
    await tx
      .insertInto("contact_points")
      // Moves of older versions were written without it.
      .values({ ...point, why: toJson(point.why), created_at: sql`${exact_at ?? point.created_at}::timestamptz` })
      .execute();
  for (const entity of parts.entities)
    await tx
      .insertInto("person_entities")
      .values({ ...entity, last_active_at: new Date(entity.last_active_at), fresh_at: null })
      .execute();
}
