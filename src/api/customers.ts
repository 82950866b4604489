import { z } from "zod";
import type { PersonConflict } from "../domain/person.ts";
import { id, text } from "./common.ts";

const kind = z.enum(["phone", "email", "messenger"]);
const entityType = z.enum(["lead", "deal", "contact", "company"]);

/** What links messages to somebody. */
export const point = z.object({
  kind,
  key: z.string(),
  shown: z.string(),
  why: z.object({
    by: z.enum(["channel", "message", "form", "crm", "admin"]),
    message: z.string().optional(),
    conversation: z.string().optional(),
    userId: z.string().optional(),
  }),
  at: z.string(),
  first: z.boolean().describe("The first of its kind: it stays the link also when it is deleted in the CRM."),
  shared: z.boolean().describe("Too many people use it: it links nobody."),
  linkable: z.boolean().describe("Not so for the company's own, and for what is obviously made up."),
  account: z.object({ name: z.string(), channel: z.string() }).nullable().describe("Of a messenger's id."),
});

const entity = z.object({
  type: entityType,
  id: z.string(),
  title: z.string(),
  open: z.boolean(),
  why: z.enum(["made", "phone", "email", "contact", "domain", "portal", "admin"]),
});

const person = z.object({
  id: z.string(),
  name: z.string(),
  points: point.array(),
  entities: entity.array(),
  conversations: z.array(
    z.object({ id: z.string(), channel: z.string(), account: z.string(), lastMessageAt: z.string() }),
  ),
});

export const people = z.object({ people: person.array(), next: z.string().nullable().describe("For `before`.") });
export const peopleQuery = z.object({
  text: text(200).optional(),
  before: text(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export const personParams = z.object({ id });

const auditEntry = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string().describe("User id in the portal; `tracker` for ourselves."),
  byName: z.string().nullable().describe("Of a user who has opened our pages."),
  what: z.enum([
    "joined",
    "point-removed",
    "point-moved",
    "entity-removed",
    "card-chosen",
    "merged",
    "split",
    "undone",
  ]),
  about: z.record(z.string(), z.string()).describe("`from` and `into`: ids of people, who may be gone meanwhile."),
  undone: z.boolean(),
});
export const personDetails = person.extend({ audit: auditEntry.array() });

export const pointOfPerson = z.object({ kind, key: text(1_000).min(1) });
export const movedPoint = pointOfPerson.extend({ to: id });
export const entityOfPerson = z.object({ type: entityType, id });
export const mergedPerson = z.object({ into: id });
export const splitPerson = z.object({
  points: z.array(pointOfPerson).max(200).default([]),
  conversations: z.array(id).max(1_000).default([]),
});
export const undoneChange = z.object({ entry: id });
export const personChanged = z.object({
  entry: z.string().describe("Undoes it."),
  person: z.string().describe("Whom it is about from now on."),
});

export type PeoplePage = z.output<typeof people>;
export type PointAnswer = z.output<typeof point>;
export type EntityAnswer = z.output<typeof entity>;
export type AuditAnswer = z.output<typeof auditEntry>;
export type PersonChangedAnswer = z.output<typeof personChanged>;
/** `reason` of a 409, for pages that say it in their own language. */
export type ConflictReason = PersonConflict;
export type PersonAnswer = z.output<typeof person>;
export type PersonDetailsAnswer = z.output<typeof personDetails>;
