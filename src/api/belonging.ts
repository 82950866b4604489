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
      steps: z.array(
        z.object({
          name: z
            .string()
            .describe("`lead`, `deal`, `contact`: makes one; `comment:…:<type>:<id>`, `activity:<type>:<id>`."),
          at: z.string(),
          state: z.enum(["under-way", "done", "refused", "uncertain"]),
          made: z.string().nullable().describe("Id of what it made."),
          sentence: z.string().nullable(),
        }),
      ),
    }),
  )
  .describe("Newest first.");

export type DecisionAnswer = z.output<typeof decisionsAnswer>[number];
