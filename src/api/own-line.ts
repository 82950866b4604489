import { z } from "zod";
import { ownLineSchema } from "../rules/lines/own-line.ts";

export const ownLine = ownLineSchema.extend({
  changedAt: z.iso.datetime().nullable().describe("`null`: never saved; all is as it is by default."),
});

export const ownLinePut = ownLineSchema;

export const supervisorRating = z.object({ stars: z.int().min(1).max(5) });

export const rating = z.object({
  session: z.int().describe("Which session of the conversation, from 1."),
  operator: z.string().nullable().describe("Who had it."),
  stars: z.int().nullable().describe("The customer's; `null`: they gave none."),
  ratedAt: z.iso.datetime().nullable(),
  supervisor: z.object({ stars: z.int(), id: z.string(), at: z.iso.datetime() }).nullable(),
});
