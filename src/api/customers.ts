import { z } from "zod";
import { id, text } from "./common.ts";

const kind = z.enum(["phone", "email", "messenger"]);
const entityType = z.enum(["lead", "deal", "contact", "company"]);

const point = z.object({
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
  why: z.enum(["made", "phone", "email", "contact", "portal", "admin"]),
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
  what: z.enum(["joined", "point-removed", "point-moved", "entity-removed", "merged", "split", "undone"]),
  about: z.record(z.string(), z.string()),
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

export const decisionsAnswer = z.array(
  z.object({
    id: z.string(),
    at: z.string(),
    ended: z.boolean(),
    rulesetVersion: z.int().nullable(),
    reasons: z.array(z.string()).describe("Sentences in the viewer's language, in the order in which it was decided."),
    warnings: z.array(z.string()),
    steps: z.array(
      z.object({
        name: z.string(),
        at: z.string(),
        state: z.enum(["under-way", "done", "refused", "uncertain"]),
        sentence: z.string().nullable(),
      }),
    ),
  }),
);

export type PersonDetailsAnswer = z.output<typeof personDetails>;
