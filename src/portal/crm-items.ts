/** Items of the CRM as the universal methods give and take them, and as we know them. */
import { z } from "zod";
import type { EntityType } from "../domain/person.ts";
import type { CrmField, CrmItem, CrmPoint, NewCrmItem } from "./contract/crm.ts";
import { wireId } from "./wire-id.ts";

/** Ids of the entity types (`crm.item.*`). */
export const TYPE_IDS: Readonly<Record<EntityType, number>> = { lead: 1, deal: 2, contact: 3, company: 4 };

/** What is asked of an item: the rest of a card can be large and is none of our business. */
export const SELECT = [
  "id",
  "title",
  "name",
  "lastName",
  "stageId",
  "stageSemanticId",
  "categoryId",
  "assignedById",
  "lastActivityTime",
  "updatedTime",
  "movedTime",
  "contactId",
  "companyId",
  "opportunity",
  "currencyId",
];

/** The source of what we make, to find it again (`originatorId`). */
export const ORIGINATOR = "threadline";

const id = z.union([z.string(), z.number()]).transform(String);
const reference = z
  .union([z.string(), z.number(), z.null()])
  .optional()
  .transform((value) => (value === undefined || value === null || Number(value) === 0 ? undefined : String(value)));
const text = z
  .union([z.string(), z.null()])
  .optional()
  .transform((value) => (value === undefined || value === null || value === "" ? undefined : value));
const time = z
  .string()
  .nullish()
  .transform((value) => {
    const at = Date.parse(value ?? "");
    return Number.isNaN(at) ? undefined : new Date(at);
  });

const item = z.object({
  id,
  title: text,
  name: text,
  lastName: text,
  stageId: text,
  stageSemanticId: text,
  categoryId: z
    .union([z.string(), z.number(), z.null()])
    .optional()
    .transform((value) => (value === undefined || value === null ? undefined : String(value))),
  assignedById: reference,
  lastActivityTime: time,
  updatedTime: time,
  // The time of the last stage change; `closedate` is a plan that people edit, and a day (object-fields).
  movedTime: time,
  contactId: reference,
  companyId: reference,
  opportunity: z.coerce.number().nonnegative().nullish().catch(undefined),
  currencyId: text.catch(undefined),
});

export const itemsResult = z.object({ items: z.array(item) });
export const valuesResult = z.object({ item: z.record(z.string(), z.unknown()) }).transform(({ item: held }) => held);
export const itemResult = z.object({ item: z.object({ id }) });

/** Multi-fields of one card, to see what it has already. */
export const contactPointsResult = z.object({
  item: z.object({ fm: z.array(z.object({ typeId: z.string(), value: z.string() })).catch([]) }),
});

export function toItem(type: EntityType, row: z.output<typeof item>): CrmItem {
  const named = [row.name, row.lastName].filter((part) => part !== undefined).join(" ");
  const isStaged = type === "lead" || type === "deal";
  return {
    type,
    id: row.id,
    title: isStaged ? (row.title ?? "") : named || (row.title ?? ""),
    open: !isStaged || row.stageSemanticId === undefined || row.stageSemanticId === "P",
    ...(type === "deal" && row.stageSemanticId === "S" && row.movedTime !== undefined && { wonAt: row.movedTime }),
    ...(type === "deal" && row.categoryId !== undefined && { pipeline: row.categoryId }),
    ...(isStaged && row.stageId !== undefined && { stage: row.stageId }),
    ...(row.assignedById !== undefined && { responsible: row.assignedById }),
    lastActiveAt: row.lastActivityTime ?? row.updatedTime ?? new Date(0),
    ...(type === "deal" &&
      typeof row.opportunity === "number" &&
      row.currencyId !== undefined && { amount: { value: row.opportunity, currency: row.currencyId } }),
    ...(row.contactId !== undefined && { contactId: row.contactId }),
    ...(row.companyId !== undefined && { companyId: row.companyId }),
  };
}

/** Fields for `crm.item.add`. Unknown names are ignored by the portal without a word. */
export function newFields(input: NewCrmItem): Record<string, unknown> {
  const isDeal = input.type === "deal";
  const fields: Record<string, unknown> = {
    ...input.fields,
    originatorId: ORIGINATOR,
    originId: input.originId,
    name: input.name,
    lastName: input.lastName,
    stageId: input.stage,
    sourceId: input.sourceId ?? input.fields.sourceId,
    assignedById: input.responsible === undefined ? undefined : wireId(input.responsible),
    contactId: input.contactId === undefined ? undefined : wireId(input.contactId),
    companyId: input.companyId === undefined ? undefined : wireId(input.companyId),
    ...(input.type !== "contact" && { title: input.title }),
    ...(isDeal && input.pipeline !== undefined && { categoryId: wireId(input.pipeline) }),
    // A deal has no multi-fields of its own: its contact carries them.
    ...(!isDeal && input.points.length > 0 && { fm: input.points.map(multiField) }),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export const multiField = ({ kind, value }: CrmPoint) => ({
  typeId: kind === "phone" ? "PHONE" : "EMAIL",
  valueType: "WORK",
  value,
});

export const fieldsResult = z.object({
  fields: z.record(
    z.string(),
    z.object({
      type: z.string().catch("string"),
      title: z.string().catch(""),
      isMultiple: z.boolean().catch(false),
      isReadOnly: z.boolean().catch(false),
      items: z
        .array(z.object({ ID: id, VALUE: z.string() }))
        .optional()
        .catch([]),
    }),
  ),
});

export const toFields = ({ fields }: z.output<typeof fieldsResult>): readonly CrmField[] =>
  Object.entries(fields).map(([name, field]) => ({
    name,
    title: field.title || name,
    type: field.type,
    multiple: field.isMultiple,
    readOnly: field.isReadOnly,
    items: (field.items ?? []).map((one) => ({ id: one.ID, value: one.VALUE })),
  }));
