/**
 * Settings of an account that works without an open line, in the open line's words. Everything has a default; an account
 * that never saved any has none, and nobody distributes its conversations.
 */
import { z } from "zod";
import { openHoursSchema } from "./open-hours.ts";

const HALF_A_DAY = 720;
const MONTH_MINUTES = 30 * 24 * 60;

const text = z.string().trim().min(1).max(2_000);
const personId = z.string().regex(/^\d{1,12}$/);
const minutes = (most: number) => z.int().min(1).max(most);

const target = z.object({
  minutes: minutes(MONTH_MINUTES).describe("Working time within which an agent is to answer."),
  notify: z.array(personId).max(50).default([]).describe("Whom the portal tells when nobody did."),
  text: text.nullable().default(null).describe("May hold #OPERATOR# and #DIALOG#. `null`: in our words."),
});

/** Which chats an agent has do not count for the limit. Each leaves out what those below it leave out, too. */
export const IGNORED_CHATS = ["answered", "waiting", "closed", "none"] as const;

export const ownLineSchema = z.object({
  enabled: z.boolean().default(false),
  queue: z
    .array(z.object({ kind: z.enum(["person", "department"]), id: personId }))
    .max(200)
    .default([]),
  distribution: z
    .enum(["evenly", "in-order", "all"])
    .default("evenly")
    .describe(
      "`evenly`: whoever was given one longest ago. `in-order`: the first who can. `all`: whoever takes it first.",
    ),
  forwardMinutes: minutes(HALF_A_DAY)
    .default(5)
    .describe("Working time after which a conversation that its agent did not accept goes to the next one."),
  checkPresence: z
    .boolean()
    .default(true)
    .describe("Nobody who is on leave, or is neither online nor at work. Dismissed people are never given any."),
  limit: z
    .object({ chats: z.int().min(1).max(1_000), ignores: z.enum(IGNORED_CHATS).default("closed") })
    .nullable()
    .default(null)
    .describe("How many an agent may have at once. `null`: any number."),
  toResponsible: z
    .boolean()
    .default(false)
    .describe("First to whoever is responsible for the customer in the CRM, also outside the queue."),
  agent: z
    .object({
      shown: z.enum(["profile", "entry", "hidden"]).default("profile"),
      entries: z
        .array(z.object({ person: personId, name: z.string().trim().min(1).max(100) }))
        .max(200)
        .default([]),
    })
    .prefault({})
    .describe("The agent's name that customers see: of their profile, of an entry here, or none."),
  hours: openHoursSchema.nullable().default(null).describe("`null`: always."),
  offHoursReply: text.nullable().default(null).describe("Also when everybody is away."),
  greeting: text.nullable().default(null),
  unanswered: z
    .object({ minutes: minutes(MONTH_MINUTES), reply: text.nullable().default(null) })
    .nullable()
    .default(null)
    .describe("Working time after which a conversation is marked, and what the customer is told then."),
  closing: z
    .object({
      reply: text.nullable().default(null),
      fullCloseMinutes: z
        .int()
        .min(0)
        .max(MONTH_MINUTES)
        .default(1)
        .describe("Whoever writes within that time goes on with the same agent."),
      transcript: z
        .boolean()
        .default(false)
        .describe("What was said goes to the customer by e-mail then, where an address of theirs is known."),
    })
    .prefault({}),
  silence: z
    .object({ minutes: minutes(MONTH_MINUTES), reply: text.nullable().default(null) })
    .nullable()
    .default(null)
    .describe("Closes a conversation whose customer does not answer."),
  rating: z
    .object({
      ask: text,
      thanks: text.nullable().default(null),
      closes: z.boolean().default(true).describe("A rating closes the conversation for good at once."),
    })
    .nullable()
    .default(null),
  kpi: z.object({ first: target.nullable().default(null), further: target.nullable().default(null) }).prefault({}),
});

export type OwnLine = z.output<typeof ownLineSchema>;
export type IgnoredChats = (typeof IGNORED_CHATS)[number];

/** Under which name a customer sees an agent; `undefined`: under none. */
export function shownName({ agent }: OwnLine, person: string, profileName: string | undefined): string | undefined {
  if (agent.shown === "hidden") return undefined;
  const entry = agent.shown === "entry" ? agent.entries.find((one) => one.person === person)?.name : undefined;
  return entry ?? profileName;
}
