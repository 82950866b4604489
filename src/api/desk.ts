import { z } from "zod";
import { id, text } from "./common.ts";

/** How a conversation stands with the agents. */
export const desk = z.object({
  waitingSince: z.iso
    .datetime()
    .nullable()
    .describe("The customer waits for an answer since then; null: nobody waits."),
  snoozedUntil: z.iso.datetime().nullable().describe("Out of sight until then, or until the customer writes again."),
  archived: z.boolean().describe("Out of sight until anybody writes."),
  tags: z.array(z.string()),
});

const several = z
  .string()
  .transform((value) => value.split(","))
  .pipe(z.array(id).min(1).max(100));

export const conversationsQuery = z.object({
  folder: z
    .enum(["waiting", "all", "snoozed", "archived"])
    .default("all")
    .describe(
      "waiting: somebody waits for an answer, who waits longest first. all: newest first, without what was put off or away. snoozed: what comes back first is first. archived: newest first.",
    ),
  account: several.optional().describe("One account, or several with commas between."),
  channel: id.optional(),
  line: text(20).optional(),
  open: z.enum(["true", "false"]).optional().describe("Whether its chat in the open line is open."),
  tag: text(50).optional(),
  operator: z
    .union([z.enum(["me", "nobody", "bot"]), z.string().regex(/^\d{1,15}$/)])
    .optional()
    .describe("Who has its chat in the open line: the viewer, nobody, a bot, or the employee with this id."),
  search: text(100).optional().describe("Stands in the customer's name, user name, number or e-mail."),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().nonnegative().max(100_000).default(0).describe("Skips so many."),
});

const tags = z
  .array(text(50).trim().min(1))
  .max(20)
  .transform((all) => [...new Set(all)]);

export const deskChange = z
  .object({
    noReplyNeeded: z
      .boolean()
      .optional()
      .describe(
        "true: nobody needs to answer what was said so far. false: takes that back, unless it was answered since.",
      ),
    snoozedUntil: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .describe("A time to come, a year ahead at most; null: back at once."),
    archived: z.boolean().optional(),
    tags: tags.optional().describe("All of its tags."),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), "must change something");

export const deskChangeOfMany = z.object({ conversations: z.array(id).min(1).max(200), change: deskChange });

export const changedMany = z.object({
  changed: z.array(z.string()).describe("Those that the viewer may read; the others stay as they were."),
});

const named = z.object({ id: z.string(), name: z.string() });

export const deskChoices = z.object({
  accounts: named.extend({ channel: z.string(), line: z.string().nullable() }).array(),
  lines: named.array().describe("Those that accounts feed."),
  colleagues: named.array().describe("Who has conversations now."),
});

export type DeskChoices = z.output<typeof deskChoices>;
export type DeskAnswer = z.output<typeof desk>;
export type DeskChange = z.input<typeof deskChange>;
