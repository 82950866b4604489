import { entityKind, entityKinds, fieldsOf, phoneKey } from "../crm-store.ts";
import type { CrmItem } from "../model.ts";
import { answer, answerPage, type RestRefusal, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asList, asRecord, asText, type Fields, isoDate } from "../values.ts";
import type { CallContext, MethodEntry, MethodFamily } from "./context.ts";
import { asFilter, matchesFilter, orderItems, page, UnknownFilterFieldError } from "./crm-query.ts";

function guard({ user }: CallContext): RestRefusal | undefined {
  if (user.extranet) return refuse(403, "allowed_only_intranet_user", "Action is allowed only for intranet users");
  if (!user.crmAccess) return refuse(400, "ACCESS_DENIED", "Access denied");
  return undefined;
}

/** A CRM method behind the rights every one of them checks. */
function guarded(handler: MethodEntry["handler"]): MethodEntry {
  return { handler: (context, parameters) => guard(context) ?? handler(context, parameters) };
}

function entityTypeOf(parameters: Fields): number | RestRefusal {
  const typeId = asInteger(parameters.entityTypeId) ?? 0;
  return entityKind(typeId) === undefined ? refuse(400, "NOT_FOUND", "Smart process not found") : typeId;
}

const eventNames: Readonly<Record<number, string>> = { 1: "LEAD", 2: "DEAL", 3: "CONTACT", 4: "COMPANY" };

function emitChange(context: CallContext, typeId: number, id: number, change: "ADD" | "UPDATE"): void {
  context.portal.emit(`ONCRM${eventNames[typeId]}${change}`, { FIELDS: { ID: id } }, { userId: context.user.id });
}

function itemAnswer(item: CrmItem): RestResult {
  return answer({ item: { ...item.fields, entityTypeId: item.entityTypeId } });
}

function badField(fields: Fields): RestRefusal | undefined {
  for (const name of ["fm", "contactIds", "observers"]) {
    const value = fields[name];
    if (value === undefined || typeof value === "object") continue;
    return refuse(400, "100", `Expected iterable value for multiple field, but got ${typeof value} instead`);
  }
  return undefined;
}

function addItem(context: CallContext, parameters: Fields): RestResult {
  const typeId = entityTypeOf(parameters);
  if (typeof typeId !== "number") return typeId;
  const fields = asRecord(parameters.fields);
  const bad = badField(fields);
  if (bad !== undefined) return bad;
  const { portal, user } = context;
  const category = asInteger(fields.categoryId) ?? 0;
  if (typeId === 2 && !portal.crm.categories.some((candidate) => candidate.id === category)) {
    return refuse(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "categoryId"');
  }
  const item = portal.crm.add(typeId, fields, user.id, portal.now());
  emitChange(context, typeId, item.id, "ADD");
  return itemAnswer(item);
}

function findItem(context: CallContext, parameters: Fields): CrmItem | RestRefusal {
  const typeId = entityTypeOf(parameters);
  if (typeof typeId !== "number") return typeId;
  const item = context.portal.crm.item(typeId, asInteger(parameters.id) ?? 0);
  if (item === undefined) return refuse(400, "NOT_FOUND", "Element not found");
  return mayRead(context, item) ? item : refuse(400, "ACCESS_DENIED", "Access denied");
}

const mayRead = ({ user }: CallContext, item: CrmItem): boolean =>
  user.crmOwnOnly !== true || asInteger(item.fields.assignedById) === user.id;

function listItems(context: CallContext, parameters: Fields): RestResult {
  const typeId = entityTypeOf(parameters);
  if (typeof typeId !== "number") return typeId;
  const filter = asFilter(parameters.filter);
  try {
    const found = [...(context.portal.crm.items.get(typeId)?.values() ?? [])].filter(
      (item) => mayRead(context, item) && matchesFilter(item.fields, filter),
    );
    const select = (asList(parameters.select) ?? []).map(asText);
    const chosen = page(
      orderItems(
        found.map((item) => item.fields),
        asRecord(parameters.order),
      ),
      parameters.start,
    );
    const items = chosen.items.map((fields) =>
      select.length === 0 || select.includes("*")
        ? fields
        : Object.fromEntries(Object.entries(fields).filter(([name]) => name === "id" || select.includes(name))),
    );
    return answerPage({ items }, chosen.total, chosen.next);
  } catch (error) {
    if (error instanceof UnknownFilterFieldError) return refuse(400, "INVALID_ARG_VALUE", error.message);
    throw error;
  }
}

/** crm.lead.get and its sisters: the same item in capital letters and text values. */
function legacyFields(item: CrmItem): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(item.fields)) {
    if (name === "fm") continue;
    const legacy = {
      createdTime: "DATE_CREATE",
      updatedTime: "DATE_MODIFY",
      createdBy: "CREATED_BY_ID",
      updatedBy: "MODIFY_BY_ID",
    }[name];
    const plain = legacy ?? name.replace(/([A-Z])/g, "_$1").toUpperCase();
    const key = item.entityTypeId === 1 && plain.startsWith("STAGE_") ? plain.replace("STAGE_", "STATUS_") : plain;
    const isScalar = typeof value !== "object" && value !== undefined;
    fields[key] = isScalar ? String(value) : (value ?? null);
  }
  for (const field of (asList(item.fields.fm) ?? []).map(asRecord)) {
    const key = asText(field.typeId);
    const list = (fields[key] ?? []) as Fields[];
    list.push({ ID: String(field.id), VALUE_TYPE: field.valueType, VALUE: field.value, TYPE_ID: key });
    fields[key] = list;
  }
  return fields;
}

function legacyGet(typeId: number): MethodEntry {
  return guarded(({ portal }, parameters) => {
    const item = portal.crm.item(typeId, asInteger(parameters.id) ?? 0);
    return item === undefined ? refuse(400, "", "Not found") : answer(legacyFields(item));
  });
}

function findDuplicates({ portal }: CallContext, parameters: Fields): RestResult {
  const type = asText(parameters.type).toUpperCase();
  if (type !== "PHONE" && type !== "EMAIL") {
    return refuse(
      400,
      `Communication type '${type}' is not supported in current context`,
      "Parameter 'type' is not supported.",
    );
  }
  const values = (asList(parameters.values) ?? []).map(asText).slice(0, 20);
  const only = asText(parameters.entity_type).toUpperCase();
  const result: Record<string, number[]> = {};
  for (const kind of entityKinds) {
    const name = kind.name.toUpperCase();
    if (kind.name === "deal" || (only !== "" && only !== name)) continue;
    const usable = values.filter((value) => type === "EMAIL" || phoneKey(value) !== "");
    const ids = new Set(usable.flatMap((value) => portal.crm.findByContact(kind.typeId, type, value)));
    if (ids.size > 0) result[name] = [...ids];
  }
  return answer(Object.keys(result).length === 0 ? [] : result);
}

export const crmMethods: MethodFamily = {
  "crm.item.add": guarded(addItem),
  "crm.item.get": guarded((context, parameters) => {
    const item = findItem(context, parameters);
    return "kind" in item ? item : itemAnswer(item);
  }),
  "crm.item.list": guarded(listItems),
  "crm.item.update": guarded((context, parameters) => {
    const item = findItem(context, parameters);
    if ("kind" in item) return item;
    const fields = asRecord(parameters.fields);
    const bad = badField(fields);
    if (bad !== undefined) return bad;
    context.portal.crm.update(item, fields, context.user.id, context.portal.now());
    emitChange(context, item.entityTypeId, item.id, "UPDATE");
    return itemAnswer(item);
  }),
  "crm.item.fields": guarded(({ portal }, parameters) => {
    const typeId = entityTypeOf(parameters);
    if (typeof typeId !== "number") return typeId;
    return answer({ fields: fieldsOf(typeId, portal.crm.userFields.get(typeId) ?? new Map()) });
  }),
  "crm.lead.get": legacyGet(1),
  "crm.deal.get": legacyGet(2),
  "crm.contact.get": legacyGet(3),
  "crm.company.get": legacyGet(4),
  "crm.duplicate.findbycomm": guarded(findDuplicates),
  "crm.settings.mode.get": { handler: ({ portal }) => answer(portal.crm.mode) },
  "crm.category.list": guarded(({ portal }, parameters) => {
    const typeId = entityTypeOf(parameters);
    if (typeof typeId !== "number") return typeId;
    if (typeId !== 2)
      return refuse(
        400,
        "ENTITY_TYPE_NOT_SUPPORTED",
        `Entity type ${entityKind(typeId)?.contractKind ?? ""} is not supported`,
      );
    const categories = portal.crm.categories.map(({ id, name, sort, isDefault }) => ({
      id,
      name,
      sort,
      entityTypeId: 2,
      isDefault: isDefault ? "Y" : "N",
    }));
    return answerPage({ categories }, categories.length, undefined);
  }),
  "crm.status.list": guarded(({ portal }, parameters) => {
    const filter = asFilter(parameters.filter);
    const rows = portal.crm.stages.map((stage, index) => ({
      ID: String(101 + index * 2),
      ENTITY_ID: stage.entityId,
      STATUS_ID: stage.statusId,
      NAME: stage.name,
      NAME_INIT: "",
      SORT: String(stage.sort),
      SYSTEM: "N",
      CATEGORY_ID: stage.categoryId === null || stage.categoryId === 0 ? null : String(stage.categoryId),
      COLOR: "",
      SEMANTICS: stage.semantics,
    }));
    const found = orderItems(
      rows.filter((row) => matchesFilter(row, filter)),
      asRecord(parameters.order),
    );
    return answerPage(found, found.length, undefined);
  }),
  "crm.activity.add": guarded(addActivity),
  "crm.activity.update": guarded(updateActivity),
  "crm.activity.binding.add": guarded(bindActivity),
  "crm.activity.layout.blocks.set": { ...guarded(setActivityBlocks), applicationOnly: true },
  "crm.activity.get": guarded(({ portal }, parameters) => {
    const activity = portal.crm.activities.get(asInteger(parameters.id) ?? 0);
    return activity === undefined ? refuse(400, "", "Activity is not found") : answer(activity.fields);
  }),
  "crm.activity.list": guarded(({ portal }, parameters) => {
    const filter = asFilter(parameters.filter);
    const order = asRecord(parameters.order);
    const rows = [...portal.crm.activities.values()]
      .map((activity) => activity.fields)
      .filter((fields) => matchesFilter(fields, filter));
    const sorted = orderItems(rows, Object.keys(order).length === 0 ? { START_TIME: "ASC" } : order);
    const chosen = page(sorted, parameters.start);
    return answerPage(chosen.items, chosen.total, chosen.next);
  }),
  "crm.activity.configurable.add": { ...guarded(addConfigurableActivity), applicationOnly: true },
  "crm.timeline.comment.add": guarded((context, parameters) => {
    const { portal, user } = context;
    const fields = asRecord(parameters.fields);
    const kind = entityKinds.find((candidate) => candidate.name === asText(fields.ENTITY_TYPE).toLowerCase());
    const entityId = asInteger(fields.ENTITY_ID) ?? 0;
    if (kind === undefined || portal.crm.item(kind.typeId, entityId) === undefined)
      return refuse(400, "OWNER_NOT_FOUND", "Owner was not found");
    const files = (asList(fields.FILES) ?? []).map((file) => asText(asList(file)?.[0]));
    const comment = portal.crm.addComment({
      entityType: kind.name,
      entityId,
      text: asText(fields.COMMENT),
      authorId: user.id,
      createdAt: portal.now(),
      files,
    });
    return answer(comment.id);
  }),
  "crm.timeline.comment.list": guarded(({ portal }, parameters) => {
    const filter = asFilter(parameters.filter);
    const rows = portal.crm.comments.map((comment) => ({
      ID: String(comment.id),
      ENTITY_ID: String(comment.entityId),
      ENTITY_TYPE: comment.entityType,
      CREATED: isoDate(comment.createdAt),
      COMMENT: comment.text,
      AUTHOR_ID: String(comment.authorId),
    }));
    const chosen = page(
      orderItems(
        rows.filter((row) => matchesFilter(row, filter)),
        asRecord(parameters.order),
      ),
      parameters.start,
    );
    return answerPage(chosen.items, chosen.total, chosen.next);
  }),
};

function addActivity({ portal, user }: CallContext, parameters: Fields): RestResult {
  const fields = asRecord(parameters.fields);
  const kind = entityKind(asInteger(fields.OWNER_TYPE_ID) ?? 0);
  if (kind === undefined || portal.crm.item(kind.typeId, asInteger(fields.OWNER_ID) ?? 0) === undefined) {
    return refuse(
      400,
      "",
      "Could not build binding. Please ensure that owner info and communications are defined correctly",
    );
  }
  const missing = missingInActivity(fields);
  if (missing !== undefined) return refuse(400, "", missing);
  const activity = portal.crm.addActivity({ AUTHOR_ID: String(user.id), ...activityTexts(fields) }, portal.now());
  // "How to Send an E-mail": the three together in one request send one.
  if (isMail(fields) && asText(fields.DIRECTION) === "2" && asText(fields.COMPLETED) === "Y")
    portal.crm.mailsSent.push(activity.id);
  portal.emit("ONCRMACTIVITYADD", { FIELDS: { ID: activity.id } }, { userId: user.id });
  return answer(activity.id);
}

const isMail = (fields: Fields): boolean => asText(fields.TYPE_ID) === "4";

/** In the words of the documentation's table of errors. */
function missingInActivity(fields: Fields): string | undefined {
  if (asText(fields.SUBJECT) === "") return "The field SUBJECT is not defined or empty";
  if ((asInteger(fields.RESPONSIBLE_ID) ?? 0) <= 0) return "The field RESPONSIBLE_ID is not defined or invalid";
  if ((asInteger(fields.TYPE_ID) ?? 0) <= 0) return "The field TYPE_ID is not defined or invalid";
  const talks = asList(fields.COMMUNICATIONS) ?? [];
  if (talks.length === 0 || talks.some((talk) => asText(asRecord(talk).VALUE) === ""))
    return "The field COMMUNICATIONS is not defined or invalid";
  if (!isMail(fields) && talks.length > 1)
    return "The only one communication is allowed for activity of specified type";
  return undefined;
}

const activityTexts = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "object" ? value : asText(value)]),
  );

/** Changes what is named and nothing else; sends nothing, whatever is said. */
function updateActivity({ portal, user }: CallContext, parameters: Fields): RestResult {
  const activity = portal.crm.activities.get(asInteger(parameters.id) ?? 0);
  if (activity === undefined) return refuse(400, "", "Activity is not found");
  activity.fields = { ...activity.fields, ...activityTexts(asRecord(parameters.fields)), ID: String(activity.id) };
  portal.emit("ONCRMACTIVITYUPDATE", { FIELDS: { ID: activity.id } }, { userId: user.id });
  return answer(true);
}

const MOST_BINDINGS = 100;

function bindActivity({ portal }: CallContext, parameters: Fields): RestResult {
  const [id, typeId, entityId] = [parameters.activityId, parameters.entityTypeId, parameters.entityId].map(
    (value) => asInteger(value) ?? 0,
  );
  if (!id || !typeId || !entityId) return refuse(400, "100", "Required fields not provided");
  const activity = portal.crm.activities.get(id);
  if (activity === undefined) return refuse(400, "NOT_FOUND", "Entity not found");
  if (entityKind(typeId) === undefined || portal.crm.item(typeId, entityId) === undefined)
    return refuse(400, "OWNER_NOT_FOUND", "Owner was not found");
  const own = { entityTypeId: asInteger(activity.fields.OWNER_TYPE_ID), entityId: asInteger(activity.fields.OWNER_ID) };
  const bound = [own, ...portal.crm.bindingsOf(id)];
  if (bound.some((one) => one.entityTypeId === typeId && one.entityId === entityId))
    return refuse(400, "ACTIVITY_IS_ALREADY_BOUND", "Activity is already bound to this entity");
  if (bound.length >= MOST_BINDINGS) return refuse(400, "", "Too many bindings");
  portal.crm.bindingsOf(id).push({ entityTypeId: typeId, entityId });
  return answer(true);
}

/** Blocks below an activity: the last set that an application puts there stands. */
function setActivityBlocks({ portal }: CallContext, parameters: Fields): RestResult {
  const [id, typeId, entityId] = [parameters.activityId, parameters.entityTypeId, parameters.entityId].map(
    (value) => asInteger(value) ?? 0,
  );
  if (!id || !typeId || !entityId) return refuse(400, "100", "Required fields not provided");
  if (entityKind(typeId) === undefined || portal.crm.item(typeId, entityId) === undefined)
    return refuse(400, "OWNER_NOT_FOUND", "Owner was not found");
  const activity = portal.crm.activities.get(id);
  if (activity === undefined) return refuse(400, "NOT_FOUND", "Not found.");
  const blocks = asRecord(asRecord(parameters.layout).blocks);
  const amount = Object.keys(blocks).length;
  if (amount < 1 || amount > 20) return refuse(400, "FIELD_IS_REQUIRED", "The field blocks must be filled");
  activity.blocks = blocks;
  return answer({ success: true });
}

/** The layout is checked for what its documentation calls required; codes of icons and logos are not. */
function addConfigurableActivity({ portal, user }: CallContext, parameters: Fields): RestResult {
  const typeId = asInteger(parameters.ownerTypeId) ?? 0;
  const ownerId = asInteger(parameters.ownerId) ?? 0;
  if (entityKind(typeId) === undefined || portal.crm.item(typeId, ownerId) === undefined)
    return refuse(400, "NOT_FOUND", "Not found.");
  const fields = asRecord(parameters.fields);
  const layout = asRecord(parameters.layout);
  if (Object.keys(layout).length === 0) return refuse(400, "ERROR_EMPTY_LAYOUT", "Layout is empty");
  const body = asRecord(layout.body);
  const blocks = Object.keys(asRecord(body.blocks)).length;
  const isWhole =
    asText(asRecord(layout.icon).code) !== "" &&
    asText(asRecord(layout.header).title) !== "" &&
    asText(asRecord(body.logo).code) !== "";
  if (!isWhole) return refuse(400, "FIELD_IS_REQUIRED", "A required field of the layout is missing");
  if (blocks < 1 || blocks > 20) return refuse(400, "TOO_MANY_ITEMS", "From 1 to 20 content blocks are allowed");
  const isIncoming = ["Y", "1", "true"].includes(asText(fields.isIncomingChannel));
  if (isIncoming && asText(fields.deadline) !== "")
    return refuse(400, "INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE", "Incoming activity cannot have a deadline");
  const activity = portal.crm.addActivity(
    {
      OWNER_TYPE_ID: String(typeId),
      OWNER_ID: String(ownerId),
      TYPE_ID: "6",
      PROVIDER_ID: "CONFIGURABLE_REST_APP",
      SUBJECT: asText(asRecord(layout.header).title),
      COMPLETED: ["Y", "1", "true"].includes(asText(fields.completed)) ? "Y" : "N",
      RESPONSIBLE_ID: asText(fields.responsibleId) || String(user.id),
      AUTHOR_ID: String(user.id),
      ORIGINATOR_ID: asText(fields.originatorId),
      ORIGIN_ID: asText(fields.originId),
      LAYOUT: layout,
    },
    portal.now(),
  );
  portal.emit("ONCRMACTIVITYADD", { FIELDS: { ID: activity.id } }, { userId: user.id });
  return answer({ activity: { id: activity.id } });
}
