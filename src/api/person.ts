import { z } from "zod";
import { point } from "./customers.ts";

/** The person beside a conversation: who they are, and which cards of the CRM are theirs. */

const cardType = z.enum(["lead", "deal", "contact", "company"]);
const named = z.object({ id: z.string(), name: z.string() });

/** A card as the portal shows it to the viewer. */
export const cardNamed = z.object({
  type: cardType,
  id: z.string(),
  title: z.string(),
  pipeline: named.nullable().describe("Of a deal."),
  stage: named.nullable().describe("Of a lead or deal."),
  responsible: named.nullable().describe("`name` is empty where the portal does not tell it."),
});

const sideCard = cardNamed.extend({
  why: z
    .enum(["made", "phone", "email", "contact", "domain", "portal", "admin"])
    .describe("How it is known to be theirs; `contact`: it is of their contact or company."),
  takes: z.boolean().describe("What is written goes there now."),
});

export const personSide = z.object({
  at: z.iso.datetime().describe("When the portal was asked."),
  person: z
    .object({ id: z.string(), name: z.string(), points: point.array() })
    .nullable()
    .describe("null: nobody is known yet to have written it."),
  cards: sideCard
    .array()
    .describe("Open leads and deals, and their contacts and companies: those alone that the viewer may read."),
  denied: cardType.array().describe("Kinds of cards that the portal does not show to the viewer at all."),
  problem: z
    .string()
    .nullable()
    .describe("Why the portal could not be asked about cards; `cards` then holds those that it told of."),
  tags: z.array(z.string()),
});

export const newResponsible = z.object({
  type: cardType,
  id: z.string().regex(/^\d{1,15}$/, "must be a number"),
  to: z.string().regex(/^\d{1,15}$/, "must be the id of a colleague"),
});
export const responsibleNow = z.object({ responsible: named });

export type PersonSideAnswer = z.output<typeof personSide>;
export type SideCardAnswer = z.output<typeof sideCard>;
export type NewResponsible = z.output<typeof newResponsible>;
