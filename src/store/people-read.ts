import { type Kysely, type Selectable, sql } from "kysely";
import { conversationId, type PortalId, personId } from "../domain/ids.ts";
import type { ContactKind, ContactPoint, EntityType, LinkedEntity, Person, WhyLinked } from "../domain/person.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { PersonPage, PersonSearch } from "./contract/people.ts";
import type { Schema } from "./schema.ts";

/** People as they are read: whole, and page by page. Reads alone, so nothing here can be left half done. */

export async function searchPeople(db: Kysely<Schema>, portal: PortalId, query: PersonSearch): Promise<PersonPage> {
  let select = db.selectFrom("people as p").select(["p.id", "p.active_at"]).where("p.portal_id", "=", portal);
  const text = cleanText(query.text ?? "")
    .trim()
    .toLowerCase();
  if (text !== "") {
    const part = `%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
    select = select.where((where) =>
      where.or([
        where(where.fn<string>("lower", ["p.name"]), "like", part),
        where.exists(
          where
            .selectFrom("contact_points as c")
            .select("c.key")
            .whereRef("c.person_id", "=", "p.id")
            .where((inner) => inner(inner.fn<string>("lower", ["c.shown"]), "like", part)),
        ),
      ]),
    );
  }
  const [activeAt, after] = (query.before ?? "").split(" ");
  if (activeAt !== undefined && after !== undefined && isUuid(after) && !Number.isNaN(Date.parse(activeAt)))
    select = select.where(sql<boolean>`(p.active_at, p.id) < (${new Date(activeAt)}, ${after}::uuid)`);
  const rows = await select
    .orderBy("p.active_at", "desc")
    .orderBy("p.id", "desc")
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const people = await readPeople(
    db,
    portal,
    page.map((row) => row.id),
  );
  return { people, ...(rows.length > query.limit && last && { next: `${last.active_at.toISOString()} ${last.id}` }) };
}

/** Whole people, in the order of their ids here. */
export async function readPeople(
  db: Kysely<Schema>,
  portal: PortalId,
  ids: readonly string[],
): Promise<readonly Person[]> {
  if (ids.length === 0) return [];
  const [people, points, entities, conversations] = await Promise.all([
    db.selectFrom("people").selectAll().where("portal_id", "=", portal).where("id", "in", ids).execute(),
    db
      .selectFrom("contact_points")
      .selectAll()
      .where("portal_id", "=", portal)
      .where("person_id", "in", ids)
      .orderBy("created_at")
      .orderBy("key")
      .execute(),
    db
      .selectFrom("person_entities")
      .selectAll()
      .where("portal_id", "=", portal)
      .where("person_id", "in", ids)
      .orderBy("last_active_at", "desc")
      .execute(),
    db
      .selectFrom("conversations")
      .select(["id", "person_id"])
      .where("portal_id", "=", portal)
      .where("person_id", "in", ids)
      .orderBy("last_message_at", "desc")
      .execute(),
  ]);
  return ids.flatMap((id) => {
    const person = people.find((one) => one.id === id);
    if (!person) return [];
    return [
      {
        id: personId(id),
        portal,
        name: person.name,
        createdAt: person.created_at,
        points: points.filter((one) => one.person_id === id).map(toPoint),
        entities: entities.filter((one) => one.person_id === id).map(toEntity),
        conversations: conversations.filter((one) => one.person_id === id).map((one) => conversationId(one.id)),
      },
    ];
  });
}

const toPoint = (row: Selectable<Schema["contact_points"]>): ContactPoint => ({
  kind: row.kind as ContactKind,
  key: row.key,
  shown: row.shown,
  why: row.why as WhyLinked,
  createdAt: row.created_at,
  first: row.is_first,
  shared: row.shared,
  linkable: row.linkable,
});

const toEntity = (row: Selectable<Schema["person_entities"]>): LinkedEntity => ({
  type: row.type as EntityType,
  id: row.id,
  why: row.why as LinkedEntity["why"],
  title: row.title,
  open: row.open,
  ...(row.chosen && { chosen: true }),
  ...(row.pipeline !== null && { pipeline: row.pipeline }),
  ...(row.stage !== null && { stage: row.stage }),
  ...(row.responsible !== null && { responsible: row.responsible }),
  lastActiveAt: row.last_active_at,
  ...(row.won_at && { wonAt: row.won_at }),
  ...(row.fresh_at && { freshAt: row.fresh_at }),
});

/** More than one already says nothing about whose a stranger is. */
const MOST_COMPANIES = 3;

/** Companies of people who have an address at this domain. */
export async function companiesAt(db: Kysely<Schema>, portal: PortalId, domain: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct e.id from contact_points p
      join person_entities e on e.portal_id = ${portal} and e.person_id = p.person_id and e.type = 'company'
      where p.portal_id = ${portal} and p.kind = 'email' and split_part(p.key, '@', 2) = ${cleanText(domain)}
        and p.linkable and not p.shared
      order by e.id limit ${MOST_COMPANIES}`.execute(db);
  return rows.map(({ id }) => id);
}
