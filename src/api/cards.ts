import { z } from "zod";
import { text } from "./common.ts";
import { cardNamed } from "./person.ts";

/** Cards that an agent makes, or finds, for whoever writes. */

export const cardPlaces = z.object({
  leads: z.boolean().describe("The portal works with leads."),
  pipelines: z.array(z.object({ id: z.string(), name: z.string(), isDefault: z.boolean() })),
});

export const newCard = z.object({
  type: z.enum(["lead", "deal", "contact"]),
  title: text(255).default("").describe("Of a lead or deal; empty: the customer's name."),
  pipeline: z
    .string()
    .regex(/^\d{1,15}$/, "must be the id of a pipeline")
    .optional()
    .describe("Of a deal; absent: the portal's default."),
  transcriptUntil: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("What was said until then goes into the card as a comment; absent: nothing does."),
  timeZone: text(64)
    .refine((zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC", "must be a time zone")
    .optional()
    .describe("By whose clock the transcript tells its time, as the browser names it; absent: UTC."),
  clientId: z.uuid().describe("Made by the page: the same one twice is one card."),
});

export const cardMade = z.object({
  card: z.object({ type: z.enum(["lead", "deal", "contact"]), id: z.string(), title: z.string() }),
  entry: z
    .string()
    .nullable()
    .describe("Takes back that messages go there; null where they went there before, or of a contact."),
  transcript: z
    .enum(["whole", "cut", "empty", "none", "failed"])
    .describe(
      "cut: as much of its end as a comment holds. failed: it may not be there; the same request may come again in a minute.",
    ),
});

export const cardSearch = z.object({ text: text(100).trim().min(2) });
export const cardsFound = cardNamed.array().describe("Those alone that the viewer may read, at most 20.");

export type CardPlacesAnswer = z.output<typeof cardPlaces>;
export type NewCard = z.input<typeof newCard>;
export type CardMadeAnswer = z.output<typeof cardMade>;
export type CardFoundAnswer = z.output<typeof cardNamed>;
