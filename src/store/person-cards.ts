import type { Selectable, Transaction } from "kysely";
import type { PortalId } from "../domain/ids.ts";
import type { LinkedEntity } from "../domain/person.ts";
import { cleanText, toJson } from "./clean.ts";
import { noteUndone, type PutBack } from "./person-moves.ts";
import type { Schema } from "./schema.ts";

/**
 * Which card takes what a person writes, where somebody chose one. Written down as it happens, in its own transaction, with
 * what was chosen before, so that it can be put back.
 */

/** A choice as it stands in the audit: rows as JSON, times as texts. */
export interface Choice {
  readonly person: string;
  readonly type: string;
  readonly id: string;
  /** The card as it was known before; `null`: it was not. */
  readonly before: Selectable<Schema["person_entities"]> | null;
  /** What was chosen before. */
  readonly others: readonly { readonly type: string; readonly id: string }[];
}

type Tx = Transaction<Schema>;

export const choiceOf = (moved: unknown): Choice | undefined =>
  (moved as { readonly choice?: Choice } | null)?.choice ?? undefined;

/** Answers the audit entry's id; `undefined` when just this card is chosen already. */
export async function chooseCard(
  tx: Tx,
  portal: PortalId,
  by: string,
  person: string,
  card: LinkedEntity,
): Promise<string | undefined> {
  const { type, id } = card;
  const before = await rowOf(tx, portal, type, id);
  const chosen = await tx
    .selectFrom("person_entities")
    .select(["type", "id"])
    .where((where) => where.and({ portal_id: portal, person_id: person, chosen: true }))
    .execute();
  const others = chosen.filter((one) => one.type !== type || one.id !== id);
  if (others.length < chosen.length && others.length === 0) return undefined;
  await setChosen(tx, portal, person, others, false);
  const values = {
    person_id: person,
    why: before?.person_id === person ? before.why : "admin",
    chosen: true,
    title: cleanText(card.title),
    open: card.open,
    pipeline: card.pipeline ?? null,
    stage: card.stage ?? null,
    responsible: card.responsible ?? null,
    last_active_at: card.lastActiveAt,
    fresh_at: card.freshAt ?? null,
  };
  await tx
    .insertInto("person_entities")
    .values({ portal_id: portal, type, id, ...values })
    .onConflict((clash) => clash.columns(["portal_id", "type", "id"]).doUpdateSet(values))
    .execute();
  const choice: Choice = { person, type, id, before: before ?? null, others };
  const { id: entry } = await tx
    .insertInto("person_audit")
    .values({
      portal_id: portal,
      person_id: person,
      by_user: by,
      what: "card-chosen",
      about: toJson({ type, id, title: values.title }),
      moved: toJson({ choice }),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return entry;
}

/** Puts a choice back, unless the card is no longer what it was made then. */
export async function putChoiceBack(
  tx: Tx,
  portal: PortalId,
  by: string,
  entry: string,
  { person, type, id, before, others }: Choice,
): Promise<PutBack> {
  const now = await rowOf(tx, portal, type, id);
  if (now?.person_id !== person || !now.chosen) return { changed: now?.title || `${type} ${id}` };
  const at = { portal_id: portal, type, id };
  if (before === null)
    await tx
      .deleteFrom("person_entities")
      .where((where) => where.and(at))
      .execute();
  else {
    const owner = await tx.selectFrom("people").select("id").where("id", "=", before.person_id).executeTakeFirst();
    if (!owner) return { changed: now.title };
    await tx
      .updateTable("person_entities")
      .set({ person_id: before.person_id, why: before.why, chosen: before.chosen })
      .where((where) => where.and(at))
      .execute();
  }
  await setChosen(tx, portal, person, others, true);
  await noteUndone(tx, portal, by, entry, person);
  return "done";
}

const rowOf = (tx: Tx, portal: PortalId, type: string, id: string) =>
  tx
    .selectFrom("person_entities")
    .selectAll()
    .where((where) => where.and({ portal_id: portal, type, id }))
    .executeTakeFirst();

async function setChosen(
  tx: Tx,
  portal: PortalId,
  person: string,
  cards: Choice["others"],
  chosen: boolean,
): Promise<void> {
  for (const { type, id } of cards)
    await tx
      .updateTable("person_entities")
      .set({ chosen })
      .where((where) => where.and({ portal_id: portal, person_id: person, type, id }))
      .execute();
}
