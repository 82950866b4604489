import { contractTable } from "./contract.ts";
import type { ActivityBinding, CrmActivity, CrmCategory, CrmItem, CrmStage, TimelineComment } from "./model.ts";
import { asInteger, asList, asRecord, asText, type Fields, isoDate } from "./values.ts";

export interface EntityKind {
  readonly typeId: number;
  readonly name: "lead" | "deal" | "contact" | "company";
  readonly contractKind: string;
}

export const entityKinds: readonly EntityKind[] = [
  { typeId: 1, name: "lead", contractKind: "Lead" },
  { typeId: 2, name: "deal", contractKind: "Deal" },
  { typeId: 3, name: "contact", contractKind: "Contact" },
  { typeId: 4, name: "company", contractKind: "Company" },
];

export function entityKind(typeId: number): EntityKind | undefined {
  return entityKinds.find((kind) => kind.typeId === typeId);
}

export interface MultiField {
  id: number;
  typeId: string;
  valueType: string;
  value: string;
}

/** Digits only, without the trunk or country prefix: what two spellings of one number have in common. */
export function phoneKey(text: string): string {
  return text.replace(/\D/g, "").slice(-10);
}

function multiFieldKey(typeId: string, value: string): string {
  if (typeId === "PHONE") return `PHONE:${phoneKey(value)}`;
  return `${typeId}:${value.trim().toLowerCase()}`;
}

const knownFields = new Map(
  entityKinds.map((kind) => {
    const fields = contractTable.methods["crm.item.add"]?.params.fields;
    const byKind = Array.isArray(fields) ? fields[2]?.[kind.contractKind] : undefined;
    const systemFields = [
      "fm",
      "observers",
      "contactIds",
      "contactId",
      "companyId",
      "assignedById",
      "categoryId",
      "stageId",
      "originatorId",
      "originId",
      "leadId",
      "name",
      "lastName",
      "opened",
      "comments",
      "sourceId",
    ];
    return [kind.typeId, new Set([...Object.keys(byKind ?? {}), ...systemFields])] as const;
  }),
);

const readOnlyFields = ["id", "createdTime", "updatedTime", "createdBy", "updatedBy", "lastActivityTime"];

/** A field that an administrator made, as crm.item.fields lists it. */
export interface UserField {
  readonly type: "string" | "double" | "date" | "datetime" | "boolean" | "url" | "money" | "enumeration";
  readonly title: string;
  readonly isMultiple?: boolean;
  /** Choices of an enumeration: their ids and words. */
  readonly items?: readonly { readonly ID: string; readonly VALUE: string }[];
}

/** Fields as crm.item.fields lists them: the portal's own, and those of its administrators. */
export function fieldsOf(entityTypeId: number, userFields: ReadonlyMap<string, UserField>): Fields {
  const own = Object.fromEntries(
    [...userFields].map(([name, { type, title, isMultiple, items }]) => [
      name,
      {
        ...{ type, title, isRequired: false, isReadOnly: false, isImmutable: false, isMultiple: isMultiple === true },
        ...{ isDynamic: true, ...(items && { items }) },
      },
    ]),
  );
  return { ...systemFieldsOf(entityTypeId), ...own };
}

function systemFieldsOf(entityTypeId: number): Fields {
  const names = [...(knownFields.get(entityTypeId) ?? [])].filter((name) => !name.includes("..."));
  return Object.fromEntries(
    [...readOnlyFields, ...names].map((name) => [
      name,
      {
        type: typeOfField(name),
        isRequired: false,
        isReadOnly: readOnlyFields.includes(name),
        isImmutable: false,
        isMultiple: name === "fm" || name === "contactIds" || name === "observers",
        isDynamic: false,
        title: name,
      },
    ]),
  );
}

function typeOfField(name: string): string {
  if (name === "fm") return "crm_multifield";
  return name.endsWith("Id") ? "integer" : "string";
}

/** The CRM of one portal: items with their multi-fields, activities, comments, stages. */
export class CrmStore {
  readonly items = new Map<number, Map<number, CrmItem>>(entityKinds.map((kind) => [kind.typeId, new Map()]));
  readonly activities = new Map<number, CrmActivity>();
  /** Activities whose adding made the portal send a mail. */
  readonly mailsSent: number[] = [];
  readonly #bindings = new Map<number, ActivityBinding[]>();
  readonly comments: TimelineComment[] = [];
  readonly categories: CrmCategory[] = [
    { id: 0, name: "General", sort: 100, isDefault: true },
    { id: 1, name: "Repeat sales", sort: 200, isDefault: false },
  ];
  readonly stages: CrmStage[] = defaultStages();
  /** By entity type and name (`ufCrm_…`). */
  readonly userFields = new Map<number, Map<string, UserField>>(entityKinds.map((kind) => [kind.typeId, new Map()]));
  /** 1 = leads and deals, 2 = deals only. */
  mode: 1 | 2 = 1;
  readonly #byContact = new Map<string, Map<number, Set<number>>>();
  readonly #nextItemId = new Map<number, number>();
  #nextMultiFieldId = 1;
  #nextActivityId = 1;
  #nextCommentId = 1;

  item(entityTypeId: number, id: number): CrmItem | undefined {
    return this.items.get(entityTypeId)?.get(id);
  }

  /** Unknown field names are dropped without a word, as the platform does. */
  add(entityTypeId: number, input: Fields, userId: number, now: number): CrmItem {
    const kind = entityKind(entityTypeId);
    if (kind === undefined) throw new Error(`no such CRM entity type: ${entityTypeId}`);
    const id = this.#nextItemId.get(entityTypeId) ?? 1;
    this.#nextItemId.set(entityTypeId, id + 1);
    const time = isoDate(now);
    const item: CrmItem = {
      id,
      entityTypeId,
      fields: {
        id,
        title: `${kind.contractKind} #${id}`,
        createdTime: time,
        updatedTime: time,
        createdBy: userId,
        updatedBy: userId,
        assignedById: userId,
        opened: "N",
        companyId: 0,
        contactId: 0,
        contactIds: [],
        sourceId: null,
        originatorId: null,
        originId: null,
        fm: [],
      },
    };
    if (entityTypeId === 2) Object.assign(item.fields, { categoryId: 0, movedTime: time });
    this.#apply(item, input);
    if ((entityTypeId === 1 || entityTypeId === 2) && asText(item.fields.stageId) === "")
      item.fields.stageId = this.#firstStage(item);
    this.#refreshStage(item);
    this.items.get(entityTypeId)?.set(id, item);
    return item;
  }

  update(item: CrmItem, input: Fields, userId: number, now: number): void {
    const before = item.fields.stageId;
    this.#apply(item, input);
    this.#refreshStage(item);
    if (item.fields.stageId !== before) item.fields.movedTime = isoDate(now);
    item.fields.updatedTime = isoDate(now);
    item.fields.updatedBy = userId;
  }

  /** Ids of items that carry this phone, e-mail or messenger value. */
  findByContact(entityTypeId: number, typeId: string, value: string): number[] {
    return [...(this.#byContact.get(multiFieldKey(typeId, value))?.get(entityTypeId) ?? [])];
  }

  /** Contact or lead whose both names are equal to these. */
  findByName(entityTypeId: number, name: string, lastName: string): number[] {
    const found: number[] = [];
    for (const item of this.items.get(entityTypeId)?.values() ?? []) {
      if (asText(item.fields.name) === name && asText(item.fields.lastName) === lastName) found.push(item.id);
    }
    return found;
  }

  multiFields(item: CrmItem): MultiField[] {
    return item.fields.fm as MultiField[];
  }

  addMultiField(item: CrmItem, typeId: string, valueType: string, value: string): void {
    if (
      value === "" ||
      this.multiFields(item).some((field) => multiFieldKey(field.typeId, field.value) === multiFieldKey(typeId, value))
    )
      return;
    this.#applyMultiFields(item, [{ typeId, valueType, value }]);
  }

  addActivity(fields: Fields, now: number): CrmActivity {
    const activity: CrmActivity = { id: this.#nextActivityId, fields: {} };
    this.#nextActivityId += 1;
    activity.fields = {
      COMPLETED: "N",
      DIRECTION: "0",
      CREATED: isoDate(now),
      START_TIME: isoDate(now),
      ...fields,
      ID: String(activity.id),
    };
    this.activities.set(activity.id, activity);
    return activity;
  }

  /** The cards that show it beside its owner. */
  bindingsOf(activity: number): ActivityBinding[] {
    const held = this.#bindings.get(activity) ?? [];
    this.#bindings.set(activity, held);
    return held;
  }

  addComment(comment: Omit<TimelineComment, "id">): TimelineComment {
    const stored = { ...comment, id: this.#nextCommentId };
    this.#nextCommentId += 1;
    this.comments.push(stored);
    return stored;
  }

  addStage(entityId: string, statusId: string, name: string): void {
    if (this.stages.some((stage) => stage.entityId === entityId && stage.statusId === statusId)) return;
    this.stages.push({ entityId, statusId, name, sort: 500, semantics: null, categoryId: null });
  }

  #apply(item: CrmItem, input: Fields): void {
    const known = knownFields.get(item.entityTypeId);
    for (const [name, value] of Object.entries(input)) {
      if (name === "fm") this.#applyMultiFields(item, asList(value) ?? Object.values(asRecord(value)));
      else if (known?.has(name) === true || /^(ufCrm|UF_CRM_|parentId|utm)/.test(name))
        item.fields[name] = this.#chosen(item.entityTypeId, name, value);
    }
    const contactIds = asList(item.fields.contactIds) ?? [];
    const contactId = asInteger(item.fields.contactId) ?? 0;
    if (input.contactIds !== undefined && input.contactId === undefined)
      item.fields.contactId = asInteger(contactIds[0]) ?? 0;
    else if (contactId > 0 && !contactIds.some((id) => asInteger(id) === contactId))
      item.fields.contactIds = [contactId, ...contactIds];
  }

  /** An enumeration holds the id of one of its choices and nothing else. */
  #chosen(entityTypeId: number, name: string, value: unknown): unknown {
    const field = this.userFields.get(entityTypeId)?.get(name);
    if (field?.type !== "enumeration") return value;
    const ids = (asList(value) ?? [value]).map(asText).filter((id) => field.items?.some((item) => item.ID === id));
    return field.isMultiple === true ? ids : (ids[0] ?? null);
  }

  /** An entry with the id of an existing value changes it, an empty value deletes it, any other is added. */
  #applyMultiFields(item: CrmItem, entries: readonly unknown[]): void {
    const fields = this.multiFields(item);
    for (const raw of entries) {
      const entry = asRecord(raw);
      const value = asText(entry.value);
      const existing = fields.find((field) => field.id === asInteger(entry.id));
      if (existing !== undefined) {
        this.#index(item, existing, false);
        if (value === "") {
          fields.splice(fields.indexOf(existing), 1);
          continue;
        }
        existing.value = value;
        existing.valueType = asText(entry.valueType) || existing.valueType;
        this.#index(item, existing, true);
        continue;
      }
      if (value === "") continue;
      const field = {
        id: this.#nextMultiFieldId,
        typeId: asText(entry.typeId).toUpperCase(),
        valueType: asText(entry.valueType) || "WORK",
        value,
      };
      this.#nextMultiFieldId += 1;
      fields.push(field);
      this.#index(item, field, true);
    }
  }

  #index(item: CrmItem, field: MultiField, present: boolean): void {
    const key = multiFieldKey(field.typeId, field.value);
    const byType = this.#byContact.get(key) ?? new Map<number, Set<number>>();
    const ids = byType.get(item.entityTypeId) ?? new Set<number>();
    if (present) ids.add(item.id);
    else ids.delete(item.id);
    byType.set(item.entityTypeId, ids);
    this.#byContact.set(key, byType);
  }

  #stageEntityId(item: CrmItem): string {
    if (item.entityTypeId === 1) return "STATUS";
    const category = asInteger(item.fields.categoryId) ?? 0;
    return category === 0 ? "DEAL_STAGE" : `DEAL_STAGE_${category}`;
  }

  #firstStage(item: CrmItem): string {
    const entityId = this.#stageEntityId(item);
    return this.stages.find((stage) => stage.entityId === entityId)?.statusId ?? "NEW";
  }

  #refreshStage(item: CrmItem): void {
    if (item.entityTypeId > 2) return;
    const entityId = this.#stageEntityId(item);
    const stage = this.stages.find(
      (candidate) => candidate.entityId === entityId && candidate.statusId === item.fields.stageId,
    );
    item.fields.stageSemanticId = stage?.semantics ?? "P";
    item.fields.closed = item.fields.stageSemanticId === "P" ? "N" : "Y";
  }
}

function defaultStages(): CrmStage[] {
  const rows: [string, string, string, string | null, number | null][] = [
    ["STATUS", "NEW", "Unsorted", null, null],
    ["STATUS", "IN_PROCESS", "In progress", null, null],
    ["STATUS", "CONVERTED", "Good lead", "S", null],
    ["STATUS", "JUNK", "Junk lead", "F", null],
    ["DEAL_STAGE", "NEW", "New", null, 0],
    ["DEAL_STAGE", "EXECUTING", "In progress", null, 0],
    ["DEAL_STAGE", "WON", "Deal won", "S", 0],
    ["DEAL_STAGE", "LOSE", "Deal lost", "F", 0],
    ["DEAL_STAGE_1", "C1:NEW", "New", null, 1],
    ["DEAL_STAGE_1", "C1:WON", "Deal won", "S", 1],
    ["DEAL_STAGE_1", "C1:LOSE", "Deal lost", "F", 1],
    ["SOURCE", "WEB", "Website", null, null],
    ["SOURCE", "CALL", "Call", null, null],
    ["SOURCE", "OTHER", "Other", null, null],
  ];
  return rows.map(([entityId, statusId, name, semantics, categoryId], index) => ({
    entityId,
    statusId,
    name,
    sort: (index + 1) * 10,
    semantics,
    categoryId,
  }));
}
