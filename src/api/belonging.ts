import { z } from "zod";
import { id } from "./common.ts";

/** Where a conversation belongs in the CRM, and why. */

export const conversationParams = z.object({ id });

export const decisionsAnswer = z
  .array(
    z.object({
      id: z.string(),
      at: z.string(),
      ended: z.boolean(),
      rulesetVersion: z.int().nullable(),
      reasons: z
        .array(z.string())
        .describe("Sentences in the viewer's language, in the order in which it was decided; none: not decided yet."),
      warnings: z.array(z.string()),
      portalLink: z
        .array(z.object({ type: z.enum(["lead", "deal", "contact", "company"]), id: z.string() }))
        .nullable()
        .describe("What the portal itself has linked the chat to, where that differs from the decision."),
      steps: z.array(
        z.object({
          name: z
            .string()
            .describe(
              "`lead`, `deal`, `contact`: makes one; `comment:…:<type>:<id>`, `activity:<type>:<id>`, `missed:<type>:<id>`, `follow:…`.",
            ),
          at: z.string(),
          state: z.enum(["under-way", "done", "refused", "uncertain"]),
          made: z
            .string()
            .nullable()
            .describe("Id of what it made or changed; null when done: there was nothing to change."),
          sentence: z.string().nullable(),
        }),
      ),
    }),
  )
  .describe("Newest first.");

export const cards = z
  .array(
    z.object({
      type: z.enum(["lead", "deal"]),
      id: z.string(),
      title: z.string(),
      takes: z.boolean().describe("What is written goes there now."),
    }),
  )
  .describe("Open leads and deals of whoever writes, as far as the viewer may see them.");

export const chosenCard = z.object({
  type: z.enum(["lead", "deal", "contact", "company"]),
  id: z.string().regex(/^\d{1,15}$/, "must be a number"),
});
export const cardChosen = z.object({ entry: z.string().describe("Takes it back.") });
export const undoneChoice = z.object({ entry: id });

export type CardAnswer = z.output<typeof cards>[number];
export type ChosenCard = z.output<typeof chosenCard>;
export type CardChosenAnswer = z.output<typeof cardChosen>;
export type DecisionAnswer = z.output<typeof decisionsAnswer>[number];
