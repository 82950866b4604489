import { type Kysely, sql, type Transaction } from "kysely";
import { type PersonId, type PortalId, personId } from "../domain/ids.ts";
import type { LinkedEntity, PersonConflict } from "../domain/person.ts";
import { cleanText, indexable, isUuid, toJson } from "./clean.ts";
import type { AuditEntry, Identified, Identify, NewPoint, PersonChange, PersonRepository } from "./contract/people.ts";
import { companiesAt, readPeople, searchPeople } from "./people-read.ts";
import { choiceOf, chooseCard, putChoiceBack } from "./person-cards.ts";
import { allOf, type Move, move, type PointRow, pointRows, putBack, withPeople } from "./person-moves.ts";
import type { Schema } from "./schema.ts";

type Tx = Transaction<Schema>;

/**
 * People. Changes of who belongs together follow each other in a portal (see `person-moves.ts`); a crash leaves the whole
 * change or nothing of it, and doing it again finds it done.
 */
export function createPersonRepository(db: Kysely<Schema>): PersonRepository {
  const change = async (portal: PortalId, plan: (tx: Tx) => Promise<Move | PersonChange>): Promise<PersonChange> =>
    withPeople(db, portal, async (tx) => {
      const planned = await plan(tx);
      if ("kind" in planned) return planned;
      const entry = await move(tx, portal, planned);
      return { kind: "done", entry, person: personId(planned.into ?? planned.from) };
    });

  return {
    identify: (portal, input) => withPeople(db, portal, (tx) => identify(tx, portal, input)),

    async find(portal, person) {
      if (!isUuid(person)) return undefined;
      const [found] = await readPeople(db, portal, [person]);
      return found;
    },

    async knownPoints(portal, kind, keys) {
      const wanted = [...new Set(keys.map(indexable))];
      if (wanted.length === 0) return [];
      const rows = await db
        .selectFrom("contact_points")
        .select("key")
        .where("portal_id", "=", portal)
        .where("kind", "=", kind)
        .where("key", "in", wanted)
        .execute();
      const found = new Set(rows.map(({ key }) => key));
      return keys.filter((key) => found.has(indexable(key)));
    },

    companiesAt: (portal, domain) => companiesAt(db, portal, domain),

    async ofConversation(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const row = await db
        .selectFrom("conversations")
        .select("person_id")
        .where("portal_id", "=", portal)
        .where("id", "=", conversation)
        .executeTakeFirst();
      return row?.person_id ? (await readPeople(db, portal, [row.person_id]))[0] : undefined;
    },

    async ofEntity(portal, type, id) {
      const row = await db
        .selectFrom("person_entities")
        .select("person_id")
        .where((where) => where.and({ portal_id: portal, type, id }))
        .executeTakeFirst();
      return row && (await readPeople(db, portal, [row.person_id]))[0];
    },

    search: (portal, query) => searchPeople(db, portal, query),

    async saveEntities(portal, person, entities) {
      if (entities.length === 0 || !(await exists(db, portal, person))) return;
      for (const entity of entities) await saveEntity(db, portal, person, entity);
    },

    async noteChanged(portal, type, id) {
      await db
        .updateTable("person_entities")
        .set((set) => ({ fresh_at: null, changes: set("changes", "+", 1) }))
        .where((where) => where.and({ portal_id: portal, type, id }))
        .execute();
    },

    async entityGone(portal, type, id, into) {
      await withPeople(db, portal, async (tx) => {
        const [gone] = await tx
          .deleteFrom("person_entities")
          .where((where) => where.and({ portal_id: portal, type, id }))
          .returningAll()
          .execute();
        if (!gone || !into) return;
        await tx
          .insertInto("person_entities")
          .values({ ...gone, type: into.type, id: into.id, open: true, fresh_at: null })
          .onConflict((conflict) => conflict.columns(["portal_id", "type", "id"]).doNothing())
          .execute();
      });
    },

    removePoint: (portal, by, kind, key) =>
      change(portal, async (tx) => {
        const point = await pointOf(tx, portal, kind, key);
        if (!point) return { kind: "unknown" };
        const about = { kind, key, shown: point.shown };
        return move1(by, "point-removed", about, point.person_id, null, { points: [point] });
      }),

    movePoint: (portal, by, kind, key, to) =>
      change(portal, async (tx) => {
        const point = await pointOf(tx, portal, kind, key);
        if (!point || !(await exists(tx, portal, to))) return { kind: "unknown" };
        if (point.person_id === to) return conflict("already-theirs", "It belongs to this person already.");
        return move1(by, "point-moved", { kind, key, shown: point.shown }, point.person_id, to, { points: [point] });
      }),

    removeEntity: (portal, by, type, id) =>
      change(portal, async (tx) => {
        const entity = await tx
          .selectFrom("person_entities")
          .selectAll()
          .where((where) => where.and({ portal_id: portal, type, id }))
          .executeTakeFirst();
        if (!entity) return { kind: "unknown" };
        const about = { type, id, title: entity.title };
        return move1(by, "entity-removed", about, entity.person_id, null, { entities: [entity] });
      }),

    chooseCard: (portal, by, person, card) =>
      withPeople(db, portal, async (tx): Promise<PersonChange> => {
        if (!(await exists(tx, portal, person))) return { kind: "unknown" };
        const entry = await chooseCard(tx, portal, by, person, card);
        if (entry === undefined) return conflict("chosen-already", "This card is chosen already.");
        return { kind: "done", entry, person };
      }),

    merge: (portal, by, from, into) =>
      change(portal, async (tx) => {
        if (from === into) return conflict("themselves", "A person cannot be joined with themselves.");
        if (!(await exists(tx, portal, from)) || !(await exists(tx, portal, into))) return { kind: "unknown" };
        return { by, what: "merged", about: {}, from, into, parts: await allOf(tx, portal, from) };
      }),

    split: (portal, by, person, out) =>
      change(portal, async (tx) => {
        if (!(await exists(tx, portal, person))) return { kind: "unknown" };
        const whole = await allOf(tx, portal, person);
        const points = whole.points.filter((one) =>
          out.points.some((it) => it.kind === one.kind && it.key === one.key),
        );
        const conversations = whole.conversations.filter((id) => out.conversations.some((it) => it === id));
        if (points.length !== out.points.length || conversations.length !== out.conversations.length)
          return conflict("not-theirs", "Some of it no longer belongs to this person. Look again.");
        if (points.length + conversations.length === 0)
          return conflict("nothing-chosen", "Choose what the new person takes along.");
        const { id } = await newPerson(tx, portal);
        return { by, what: "split", about: {}, from: person, into: id, parts: { points, entities: [], conversations } };
      }),

    undo: (portal, by, entry) =>
      withPeople(db, portal, async (tx): Promise<PersonChange> => {
        if (!isUuid(entry)) return { kind: "unknown" };
        const row = await tx
          .selectFrom("person_audit")
          .selectAll()
          .where("portal_id", "=", portal)
          .where("id", "=", entry)
          .executeTakeFirst();
        if (!row || row.what === "undone") return { kind: "unknown" };
        if (row.undone_at) return conflict("undone", "It was undone already.");
        const choice = choiceOf(row.moved);
        const outcome = choice
          ? await putChoiceBack(tx, portal, by, row.id, choice)
          : await putBack(tx, portal, by, row.id, row.moved);
        if (outcome !== "done") {
          const about = outcome.changed;
          return { ...conflict("changed-since", `${about} has been changed since, so this cannot be undone.`), about };
        }
        return {
          kind: "done",
          entry: row.id,
          person: personId(choice?.person ?? (row.moved as { from: string }).from),
        };
      }),

    async audit(portal, person, limit) {
      if (!isUuid(person)) return [];
      const rows = await db
        .selectFrom("person_audit")
        .selectAll()
        .where("portal_id", "=", portal)
        // What went away from somebody is part of their history too.
        .where(sql<boolean>`(person_id = ${person}::uuid or about ->> 'from' = ${person})`)
        .orderBy("at", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        by: row.by_user,
        what: row.what as AuditEntry["what"],
        about: row.about as AuditEntry["about"],
        ...(row.undone_at && { undoneAt: row.undone_at }),
      }));
    },
  };
}

const conflict = (reason: PersonConflict, sentence: string) => ({ kind: "conflict", reason, sentence }) as const;

const NOTHING = { points: [], entities: [], conversations: [] };

const move1 = (
  by: string,
  what: Move["what"],
  about: Move["about"],
  from: string,
  into: string | null,
  parts: Partial<Move["parts"]>,
): Move => ({ by, what, about, from, into, parts: { ...NOTHING, ...parts } });

const newPerson = (tx: Tx, portal: PortalId) =>
  tx.insertInto("people").values({ portal_id: portal }).returning("id").executeTakeFirstOrThrow();

async function exists(tx: Kysely<Schema>, portal: PortalId, person: string): Promise<boolean> {
  if (!isUuid(person)) return false;
  const row = await tx
    .selectFrom("people")
    .select("id")
    .where("portal_id", "=", portal)
    .where("id", "=", person)
    .executeTakeFirst();
  return row !== undefined;
}

const keyOf = (key: string) => indexable(cleanText(key));

const pointOf = (tx: Tx, portal: PortalId, kind: string, key: string): Promise<PointRow | undefined> =>
  pointRows(tx)
    .where((where) => where.and({ portal_id: portal, kind, key: keyOf(key) }))
    .executeTakeFirst();

async function identify(tx: Tx, portal: PortalId, input: Identify): Promise<Identified> {
  const conversation = await tx
    .selectFrom("conversations")
    .select(["person_id", "customer"])
    .where("portal_id", "=", portal)
    .where("id", "=", input.conversation)
    .executeTakeFirst();
  if (!conversation) throw new Error("identify: the conversation is gone");
  const joined: PersonId[] = [];
  const kept: PersonId[] = [];
  let now = conversation.person_id;

  for (const point of input.points) {
    if (!point.linkable) continue;
    const held = await pointOf(tx, portal, point.kind, point.key);
    if (!held?.linkable || held.shared || held.person_id === now || kept.includes(personId(held.person_id))) continue;
    const other = held.person_id;
    if (await isTooCommon(tx, portal, held, now, input.sharedByMoreThan)) {
      await tx
        .updateTable("contact_points")
        .set({ shared: true })
        .where((where) => where.and({ portal_id: portal, kind: held.kind, key: held.key }))
        .execute();
      kept.push(personId(other));
    } else if (now === null) {
      now = other;
    } else if ((await hasPhone(tx, portal, now)) && (await hasPhone(tx, portal, other))) {
      kept.push(personId(other));
    } else {
      const [from, into] = await byAge(tx, now, other);
      const parts = await allOf(tx, portal, from);
      const about = { kind: point.kind, key: point.key };
      await move(tx, portal, { by: "tracker", what: "joined", about, from, into, parts });
      joined.push(personId(from));
      now = into;
    }
  }

  const isNew = now === null;
  const person = now ?? (await newPerson(tx, portal)).id;
  const added: NewPoint[] = [];
  for (const point of input.points) if (await addPoint(tx, portal, person, point)) added.push(point);
  if (conversation.person_id !== person)
    await tx
      .updateTable("conversations")
      .set({ person_id: person })
      .where("portal_id", "=", portal)
      .where("id", "=", input.conversation)
      .execute();
  const name = nameOf(conversation.customer);
  await tx
    .updateTable("people")
    .set({ active_at: sql<Date>`date_trunc('milliseconds', clock_timestamp())`, ...(name !== "" && { name }) })
    .where("id", "=", person)
    .execute();
  return { person: personId(person), isNew, added, joined, kept };
}

/** A number that many messengers' people came in by is a switchboard or a family's, and says nothing about who writes. */
async function isTooCommon(
  tx: Tx,
  portal: PortalId,
  held: PointRow,
  now: string | null,
  limit: number,
): Promise<boolean> {
  if (held.kind === "messenger") return false;
  const people = now === null ? [held.person_id] : [held.person_id, now];
  const { count } = await tx
    .selectFrom("contact_points")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("portal_id", "=", portal)
    .where("person_id", "in", people)
    .where("kind", "=", "messenger")
    .executeTakeFirstOrThrow();
  return Number(count) + (now === null ? 1 : 0) > limit;
}

async function hasPhone(tx: Tx, portal: PortalId, person: string): Promise<boolean> {
  const row = await tx
    .selectFrom("contact_points")
    .select("key")
    .where((where) => where.and({ portal_id: portal, person_id: person, kind: "phone", linkable: true }))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The younger first. */
async function byAge(tx: Tx, one: string, other: string): Promise<[string, string]> {
  const rows = await tx
    .selectFrom("people")
    .select("id")
    .where("id", "in", [one, other])
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
  return rows[0]?.id === one ? [one, other] : [other, one];
}

/** Later than all that this person has: some clocks stand still for a millisecond, and what was brought first stays first. */
async function addPoint(tx: Tx, portal: PortalId, person: string, point: NewPoint): Promise<boolean> {
  const [row] = await tx
    .insertInto("contact_points")
    .values({
      portal_id: portal,
      kind: point.kind,
      key: keyOf(point.key),
      shown: cleanText(point.shown),
      person_id: person,
      why: toJson(point.why),
      linkable: point.linkable,
      is_first: sql<boolean>`${point.linkable} and not exists (
        select 1 from contact_points p where p.portal_id = ${portal} and p.person_id = ${person}
          and p.kind = ${point.kind} and p.is_first)`,
      created_at: sql<Date>`greatest(clock_timestamp(), (
        select max(p.created_at) + interval '1 microsecond' from contact_points p
          where p.portal_id = ${portal} and p.person_id = ${person}))`,
    })
    .onConflict((conflict) => conflict.columns(["portal_id", "kind", "key"]).doNothing())
    .returning("key")
    .execute();
  return row !== undefined;
}

function nameOf(customer: unknown): string {
  const { name, lastName } = customer as { name?: string; lastName?: string };
  return [name, lastName].filter((part) => part !== undefined && part !== "").join(" ");
}

async function saveEntity(db: Kysely<Schema>, portal: PortalId, person: string, entity: LinkedEntity): Promise<void> {
  const values = {
    title: cleanText(entity.title),
    open: entity.open,
    pipeline: entity.pipeline ?? null,
    stage: entity.stage ?? null,
    responsible: entity.responsible ?? null,
    last_active_at: entity.lastActiveAt,
    fresh_at: entity.freshAt ?? null,
    ...(entity.wonAt !== undefined && { won_at: entity.wonAt }),
  };
  const moves = entity.why === "admin" || entity.why === "portal";
  await db
    .insertInto("person_entities")
    .values({ portal_id: portal, type: entity.type, id: entity.id, person_id: person, why: entity.why, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(["portal_id", "type", "id"])
        .doUpdateSet(moves ? { ...values, person_id: person, why: entity.why } : values),
    )
    .execute();
}
