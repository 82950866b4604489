/**
 * The CRM in the words of `contract/crm.ts`. Everything goes through the portal's one queue, so that CRM work and messages
 * share its limits. Nothing is written twice blindly: an `add` that may have happened is searched for by our own key.
 * What hardly changes (mode, stages, pipelines, fields) is remembered for some minutes; a failure is not remembered.
 */
import { z } from "zod";
import type { EntityType } from "../domain/person.ts";
import type { Clock } from "./clock.ts";
import {
  type Crm,
  type CrmItem,
  type CrmPipeline,
  type CrmQuery,
  type CrmRef,
  type CrmStage,
  MOST_VALUES,
  type NewActivity,
} from "./contract/crm.ts";
import type { PortalCaller, PortalOutcome } from "./contract.ts";
import {
  contactPointsResult,
  fieldsResult,
  itemResult,
  itemsResult,
  multiField,
  newFields,
  ORIGINATOR,
  SELECT,
  TYPE_IDS,
  toFields,
  toItem,
  valuesResult,
} from "./crm-items.ts";
import { BOUND_ALREADY, bindingOf, letterFields } from "./crm-letters.ts";
import { unreadable } from "./open-lines.ts";
import { wireId } from "./wire-id.ts";

const REMEMBER_MS = 5 * 60_000;
/** Of a name that is looked for. */
const MOST_WORDS = 5;

export function createCrm(caller: PortalCaller, clock: Clock): Crm {
  const remembered = new Map<string, { readonly until: number; readonly value: unknown }>();

  async function ask<T>(
    method: string,
    params: Record<string, unknown>,
    schema: z.ZodType<T>,
  ): Promise<PortalOutcome<T>> {
    const outcome = await caller.call({ method, params, effect: "read" });
    if (outcome.kind !== "ok") return outcome;
    const parsed = schema.safeParse(outcome.value);
    return parsed.success ? { kind: "ok", value: parsed.data } : unreadable(method);
  }

  /** A write that is made once; what it answers is the id of what was made. */
  async function make(
    method: string,
    params: Record<string, unknown>,
    schema: z.ZodType<string>,
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<string>> {
    const outcome = await caller.call({ method, params, effect: "once", leave });
    if (outcome.kind !== "ok") return outcome;
    const parsed = schema.safeParse(outcome.value);
    if (parsed.success) return { kind: "ok", value: parsed.data };
    return {
      kind: "uncertain",
      sentence: `The portal's answer to ${method} could not be read; it may have been done.`,
    };
  }

  async function remember<T>(key: string, read: () => Promise<PortalOutcome<T>>): Promise<PortalOutcome<T>> {
    const known = remembered.get(key);
    if (known && known.until > clock.now()) return { kind: "ok", value: known.value as T };
    const outcome = await read();
    if (outcome.kind === "ok") remembered.set(key, { until: clock.now() + REMEMBER_MS, value: outcome.value });
    return outcome;
  }

  async function listBy(type: EntityType, filter: Record<string, unknown>): Promise<PortalOutcome<readonly CrmItem[]>> {
    const outcome = await ask(
      "crm.item.list",
      { entityTypeId: TYPE_IDS[type], select: SELECT, filter, order: { id: "DESC" }, start: -1 },
      itemsResult,
    );
    if (outcome.kind !== "ok") return outcome;
    const items = outcome.value.items.map((row) => toItem(type, row));
    return { kind: "ok", value: items.toSorted((a, b) => b.lastActiveAt.getTime() - a.lastActiveAt.getTime()) };
  }

  const stages = (entityId: string) =>
    ask("crm.status.list", { filter: { ENTITY_ID: entityId }, order: { SORT: "ASC" } }, stagesResult);

  return {
    usesLeads: () =>
      // 1: leads and deals, 2: deals alone (crm.settings.mode.get).
      remember("mode", () => ask("crm.settings.mode.get", {}, modeResult)),

    async findByContact(kind, values) {
      if (values.length === 0) return { kind: "ok", value: [] };
      const params = { type: kind === "phone" ? "PHONE" : "EMAIL", values: values.slice(0, MOST_VALUES) };
      return ask("crm.duplicate.findbycomm", params, duplicatesResult);
    },

    async list(query) {
      const filter = filterOf(query);
      return filter === undefined ? { kind: "ok", value: [] } : listBy(query.type, filter);
    },

    async findByTitle(type, words) {
      // The sign would be one of the search's own (crm.item.list, prefix `%`).
      const plain = words.replaceAll("%", "").trim();
      return plain === "" ? { kind: "ok", value: [] } : listBy(type, { "%title": plain });
    },

    async findByName(type, words) {
      const parts = words.replaceAll("%", "").split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
      if (parts.length === 0) return { kind: "ok", value: [] };
      const has = (part: string) => ({ logic: "OR", "%name": part, "%lastName": part, "%secondName": part });
      return listBy(type, Object.fromEntries(parts.map((part, at) => [at, has(part)])));
    },

    async findByOrigin(type, originId) {
      const filter = { originatorId: ORIGINATOR, originId };
      const params = { entityTypeId: TYPE_IDS[type], select: ["id"], filter, order: { id: "ASC" }, start: -1 };
      const outcome = await ask("crm.item.list", params, itemsResult);
      return outcome.kind === "ok" ? { kind: "ok", value: outcome.value.items[0]?.id } : outcome;
    },

    add: (item, leave) =>
      make(
        "crm.item.add",
        { entityTypeId: TYPE_IDS[item.type], fields: newFields(item) },
        itemResult.transform((made) => made.item.id),
        leave,
      ),

    values: (type, id) => ask("crm.item.get", { entityTypeId: TYPE_IDS[type], id: wireId(id) }, valuesResult),

    async update(type, id, fields) {
      const params = { entityTypeId: TYPE_IDS[type], id: wireId(id), fields };
      const outcome = await caller.call({ method: "crm.item.update", params, effect: "repeatable" });
      return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
    },

    async addContactPoints(type, id, points, absent = false) {
      if (points.length === 0 || type === "deal") return { kind: "ok", value: undefined };
      const at = { entityTypeId: TYPE_IDS[type], id: wireId(id) };
      const card = absent ? undefined : await ask("crm.item.get", at, contactPointsResult);
      if (card && card.kind !== "ok") return card;
      const held = card?.value.item.fm ?? [];
      const has = new Set(held.map((field) => `${field.typeId}:${sameValue(field.value)}`));
      const missing = points.map(multiField).filter((field) => !has.has(`${field.typeId}:${sameValue(field.value)}`));
      if (missing.length === 0) return { kind: "ok", value: undefined };
      const params = { ...at, fields: { fm: missing } };
      // Twice would add the value twice: the card is read before every other try.
      const outcome = await caller.call({ method: "crm.item.update", params, effect: "once" });
      return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
    },

    comment: (on, text, leave) =>
      make("crm.timeline.comment.add", { fields: { ...timelineOf(on), COMMENT: text } }, wholeId, leave),

    async findComment(on, text) {
      const params = { select: ["ID", "COMMENT"], filter: timelineOf(on), order: { ID: "DESC" } };
      const outcome = await ask("crm.timeline.comment.list", params, commentsResult);
      if (outcome.kind !== "ok") return outcome;
      return { kind: "ok", value: outcome.value.find((comment) => comment.COMMENT.trim() === text.trim())?.ID };
    },

    addActivity: (activity, leave) =>
      make("crm.activity.configurable.add", activityParams(activity), activityResult, leave),

    async findActivity(on, originId) {
      const filter = {
        OWNER_TYPE_ID: TYPE_IDS[on.type],
        OWNER_ID: wireId(on.id),
        ORIGINATOR_ID: ORIGINATOR,
        ORIGIN_ID: originId,
      };
      const outcome = await ask(
        "crm.activity.list",
        { select: ["ID"], filter, order: { ID: "DESC" } },
        activitiesResult,
      );
      return outcome.kind === "ok" ? { kind: "ok", value: outcome.value[0]?.ID } : outcome;
    },

    addLetter: (letter, leave) => make("crm.activity.add", { fields: letterFields(letter) }, wholeId, leave),

    async readLetter(id) {
      const params = { select: ["ID", "OWNER_TYPE_ID", "OWNER_ID", "DESCRIPTION"], filter: { ID: wireId(id) } };
      const outcome = await ask("crm.activity.list", params, lettersResult);
      if (outcome.kind !== "ok") return outcome;
      const [found] = outcome.value;
      const type = found && LETTERS_ON.find((one) => String(TYPE_IDS[one]) === found.OWNER_TYPE_ID);
      return { kind: "ok", value: type && { on: { type, id: found.OWNER_ID }, text: found.DESCRIPTION } };
    },

    async showLetter(id, letter, leave) {
      const { COMPLETED: _asItIs, ...fields } = letterFields(letter);
      const params = { id: wireId(id), fields };
      const outcome = await caller.call({ method: "crm.activity.update", params, effect: "once", leave });
      return outcome.kind === "ok" ? { kind: "ok", value: id } : outcome;
    },

    async completeLetter(id, letter) {
      // The documentation marks most fields of the update as required; files would be added once more.
      const params = { id: wireId(id), fields: { ...letterFields({ ...letter, files: [] }), COMPLETED: "Y" } };
      const outcome = await caller.call({ method: "crm.activity.update", params, effect: "repeatable" });
      return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
    },

    async tellInActivity(id, on, text) {
      const layout = { blocks: { threadline: { type: "text", properties: { value: text, color: "base_70" } } } };
      const params = { entityTypeId: TYPE_IDS[on.type], entityId: wireId(on.id), activityId: wireId(id), layout };
      const method = "crm.activity.layout.blocks.set";
      const outcome = await caller.call({ method, params, effect: "repeatable" });
      return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
    },

    async bindActivity(id, to) {
      const params = bindingOf(id, to);
      const outcome = await caller.call({ method: "crm.activity.binding.add", params, effect: "repeatable" });
      const isBound = outcome.kind === "ok" || (outcome.kind === "refused" && outcome.code === BOUND_ALREADY);
      return isBound ? { kind: "ok", value: undefined } : outcome;
    },

    leadStages: () => remember("lead stages", () => stages("STATUS")),

    pipelines: () =>
      remember("pipelines", async () => {
        const categories = await ask("crm.category.list", { entityTypeId: TYPE_IDS.deal }, categoriesResult);
        if (categories.kind !== "ok") return categories;
        const pipelines: CrmPipeline[] = [];
        for (const { id, name, isDefault } of categories.value.categories) {
          const found = await stages(id === "0" ? "DEAL_STAGE" : `DEAL_STAGE_${id}`);
          if (found.kind !== "ok") return found;
          pipelines.push({ id, name, isDefault, stages: found.value });
        }
        return { kind: "ok", value: pipelines };
      }),

    fields: (type) =>
      remember(`fields of ${type}`, async () => {
        const outcome = await ask("crm.item.fields", { entityTypeId: TYPE_IDS[type] }, fieldsResult);
        return outcome.kind === "ok" ? { kind: "ok", value: toFields(outcome.value) } : outcome;
      }),
  };
}

/** Digits of a number, an address in lower case: one contact point has many spellings. */
const sameValue = (value: string): string =>
  value.includes("@") ? value.trim().toLowerCase() : value.replace(/\D/g, "").slice(-10);

function filterOf(query: CrmQuery): Record<string, unknown> | undefined {
  if ("ids" in query) return query.ids.length === 0 ? undefined : { "@id": query.ids.map(wireId) };
  const parts = [
    ...(query.contacts.length === 0 ? [] : [{ "@contactId": query.contacts.map(wireId) }]),
    ...(query.companies.length === 0 ? [] : [{ "@companyId": query.companies.map(wireId) }]),
    ...(query.orIds === undefined || query.orIds.length === 0 ? [] : [{ "@id": query.orIds.map(wireId) }]),
  ];
  return parts.length < 2 ? parts[0] : { 0: { logic: "OR", ...parts } };
}

const timelineOf = (on: CrmRef) => ({ ENTITY_ID: wireId(on.id), ENTITY_TYPE: on.type });

function activityParams({ on, originId, title, text, openLabel, open, responsible, completed }: NewActivity) {
  return {
    ownerTypeId: TYPE_IDS[on.type],
    ownerId: wireId(on.id),
    fields: {
      completed,
      isIncomingChannel: "Y",
      originatorId: ORIGINATOR,
      originId,
      ...(responsible !== undefined && { responsibleId: wireId(responsible) }),
    },
    layout: {
      icon: { code: "info" },
      header: { title },
      body: {
        logo: { code: "notification" },
        blocks: { text: { type: "largeText", properties: { value: text } } },
      },
      footer: {
        buttons: { open: { title: openLabel, type: "primary", action: { type: "openRestApp", actionParams: open } } },
      },
    },
  };
}

const wholeId = z.union([z.string(), z.number()]).transform(String);
const modeResult = z.union([z.number(), z.string()]).transform((mode) => Number(mode) !== 2);

/** An empty result is an empty list, not an empty object. */
const duplicatesResult = z
  .union([z.array(z.unknown()).length(0), z.record(z.string(), z.array(wholeId))])
  .transform((found): readonly CrmRef[] =>
    Array.isArray(found)
      ? []
      : Object.entries(found).flatMap(([name, ids]) => {
          const type = name.toLowerCase();
          return isEntityType(type) ? ids.map((one) => ({ type, id: one })) : [];
        }),
  );

const isEntityType = (name: string): name is EntityType => Object.hasOwn(TYPE_IDS, name);

const SEMANTICS: Readonly<Record<string, CrmStage["semantics"]>> = { S: "won", F: "lost" };
const stagesResult = z
  .array(z.object({ STATUS_ID: z.string(), NAME: z.string(), SEMANTICS: z.string().nullish() }))
  .transform((rows) =>
    rows.map(
      (row): CrmStage => ({ id: row.STATUS_ID, name: row.NAME, semantics: SEMANTICS[row.SEMANTICS ?? ""] ?? "open" }),
    ),
  );
const categoriesResult = z.object({
  categories: z.array(
    z.object({ id: wholeId, name: z.string(), isDefault: z.string().transform((flag) => flag === "Y") }),
  ),
});
const commentsResult = z.array(z.object({ ID: wholeId, COMMENT: z.string().catch("") }));
const activityResult = z.object({ activity: z.object({ id: wholeId }) }).transform((made) => made.activity.id);
const LETTERS_ON: readonly EntityType[] = ["lead", "deal", "contact", "company"];
const activitiesResult = z.array(z.object({ ID: wholeId }));
const lettersResult = z.array(
  z.object({
    OWNER_TYPE_ID: wholeId,
    OWNER_ID: wholeId,
    DESCRIPTION: z
      .string()
      .nullish()
      .transform((text) => text ?? ""),
  }),
);
