import { z } from "zod";
import { ROBOT_RESULTS, ROBOTS } from "../domain/robot.ts";
import { TRIGGER_KINDS } from "../domain/trigger.ts";
import { id, text } from "./common.ts";

const filter = z.object({
  channel: text(50).optional().describe("Id of a channel. Absent: any."),
  account: id.optional().describe("Absent: any."),
  words: z
    .array(text(200).refine((word) => word.trim() !== "", "must not be empty"))
    .max(20)
    .optional()
    .describe("Any of them stands in the text; absent: whatever it says. Without regard to case."),
  minutes: z
    .int()
    .min(1)
    .max(43_200)
    .optional()
    .describe("Of `no-answer`: after so many, of working time where the account has one."),
  starsUpTo: z.int().min(1).max(5).optional().describe("Of `rating`: so many stars at most."),
  probable: z
    .boolean()
    .optional()
    .describe("Of `mail-opened`: also what only a program tells that fetches pictures for people."),
});

export const triggerPut = z
  .object({
    kind: z.enum(TRIGGER_KINDS),
    name: text(100).refine((name) => name.trim() !== "", "must not be empty"),
    filter: filter.default({}),
    enabled: z.boolean().default(true),
  })
  .refine(({ kind, filter: { minutes } }) => kind !== "no-answer" || minutes !== undefined, {
    path: ["filter", "minutes"],
    message: "says after how many minutes",
  });

export const trigger = z.object({
  id: z.string(),
  kind: z.enum(TRIGGER_KINDS),
  name: z.string(),
  filter,
  enabled: z.boolean(),
  registered: z.boolean().describe("The portal knows it under this name, so automation rules can use it."),
  problem: z.string().nullable().describe("Why it does not."),
  fired: z.int().describe("For how many causes it fired."),
  lastFiredAt: z.iso.datetime().nullable(),
});

export const triggerParams = z.object({ id });

export const firingQuery = z.object({
  trigger: id.optional(),
  before: id.optional().describe("`id` of the last one of the page before."),
});

export const firing = z.object({
  id: z.string(),
  trigger: z.object({ id: z.string(), name: z.string() }),
  conversation: z.string(),
  customer: z.string(),
  state: z
    .enum(["due", "done", "nowhere", "given-up"])
    .describe("nowhere: the conversation belongs to no lead or deal. given-up: the portal was away for too long."),
  cards: z.array(
    z.object({
      type: z.enum(["lead", "deal"]),
      id: z.string(),
      state: z
        .enum(["due", "leaving", "fired", "refused", "uncertain"])
        .describe("uncertain: it may have fired, and is not fired again."),
      why: z.string().nullable(),
    }),
  ),
  why: z.string().nullable(),
  createdAt: z.iso.datetime(),
});

export const robotCallQuery = z.object({
  robot: z.enum(ROBOTS).optional(),
  only: z.enum(["trouble", "open"]).optional().describe("trouble: what went wrong. open: what is not over."),
  before: id.optional().describe("`id` of the last one of the page before."),
});

export const robotCall = z.object({
  id: z.string(),
  robot: z.enum(ROBOTS),
  card: z.object({ type: z.enum(["lead", "deal", "contact", "company"]), id: z.string() }),
  about: z.string().describe("What it was asked for, in short."),
  result: z.enum(ROBOT_RESULTS).nullable().describe("`null`: it is not over."),
  reason: z.string().nullable(),
  values: z.record(z.string(), z.string()).describe("What went back to the workflow beside that."),
  returned: z
    .enum(["returned", "refused", "given-up", "not-wanted"])
    .nullable()
    .describe("Whether the workflow has it. refused: the portal knows of none that waits. `null`: not yet."),
  returnedWhy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});

export type TriggerAnswer = z.output<typeof trigger>;
export type TriggerPut = z.input<typeof triggerPut>;
export type FiringAnswer = z.output<typeof firing>;
export type RobotCallAnswer = z.output<typeof robotCall>;
