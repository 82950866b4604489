import { z } from "zod";
import { ownLineSchema } from "../rules/lines/own-line.ts";

export const ownLine = ownLineSchema.extend({
  changedAt: z.iso.datetime().nullable().describe("`null`: never saved; all is as it is by default."),
  people: z.array(z.object({ id: z.string(), name: z.string() })).describe("Names of whom the settings name."),
});

export const ownLinePut = ownLineSchema.extend({
  base: z.iso
    .datetime()
    .nullable()
    .optional()
    .describe("`changedAt` of what was changed. 409 where somebody saved since. Absent: it is not asked."),
});

/** Who would get a conversation that begins now, by settings that need not be saved. */
export const ownLineNow = z.object({
  open: z.boolean().describe("It is worked now."),
  opensAt: z.iso.datetime().nullable().describe("When it is worked again; `null`: now, or not within a year."),
  next: z.string().nullable().describe("Whose turn it is; `null`: nobody's, or everybody's whom `free` says it of."),
  queue: z
    .array(
      z.object({
        id: z.string(),
        name: z.string().optional(),
        state: z
          .enum(["free", "full", "away", "dismissed"])
          .describe("full: they have as many as the limit lets them. away: neither online nor at work."),
        chats: z.int().describe("That count for the limit."),
      }),
    )
    .nullable()
    .describe("Departments spread out, in its order; `null`: the portal cannot say just now."),
});

export const supervisorRating = z.object({ stars: z.int().min(1).max(5) });

export const rating = z.object({
  session: z.int().describe("Which session of the conversation, from 1."),
  operator: z.string().nullable().describe("Who had it."),
  stars: z.int().nullable().describe("The customer's; `null`: they gave none."),
  ratedAt: z.iso.datetime().nullable(),
  supervisor: z.object({ stars: z.int(), id: z.string(), at: z.iso.datetime() }).nullable(),
});

const MOST_ASKED = 100;

export const ratingsQuery = z.object({
  conversations: z
    .string()
    .max(MOST_ASKED * 37)
    .regex(/^[0-9a-f-]{36}(,[0-9a-f-]{36})*$/i)
    .describe("Ids, with commas between them; at most 100."),
});

export const ratingsOf = z.array(
  z.object({
    conversation: z.string(),
    stars: z.int().nullable().describe("The customer's, of the latest session that has any rating."),
    supervisor: z.int().nullable(),
  }),
);

export type RatingsOfAnswer = z.output<typeof ratingsOf>;
export type OwnLineAnswer = z.output<typeof ownLine>;
export type OwnLinePut = z.input<typeof ownLinePut>;
export type OwnLineNowAnswer = z.output<typeof ownLineNow>;
export type RatingAnswer = z.output<typeof rating>;
