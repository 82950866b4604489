import { z } from "zod";
import { connection } from "./accounts.ts";
import { text } from "./common.ts";

const person = z.object({ id: z.string(), name: z.string() });

const accountHealth = z.object({
  id: z.string(),
  channel: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  line: z.string().nullable(),
  connection,
  since: z.string().describe("Since when it is connected, or is not."),
  silentSince: z.string().nullable().describe("It is connected and unusually silent since then."),
  alarmedAt: z.string().nullable().describe("When people were first to be told of its present trouble."),
  lastIn: z.string().nullable().describe("When a customer wrote last."),
  lastOut: z.string().nullable().describe("When something was sent to a customer last."),
  waiting: z.object({
    in: z.number().int().describe("Messages on their way to the portal."),
    out: z.number().int().describe("Messages on their way to customers."),
    oldest: z.string().nullable(),
  }),
  today: z
    .object({
      received: z.number().int(),
      sent: z.number().int(),
      refused: z.number().int(),
      failed: z.number().int(),
      uncertain: z.number().int(),
    })
    .describe("Since midnight by the portal's clock; some seconds old."),
});

export const health = z.object({
  at: z.string(),
  accounts: accountHealth.array(),
  alarms: z.object({
    people: person.array().describe("Who is told."),
    chosen: z.boolean().describe("False: nobody has chosen, so it is who installed the application."),
    timeZone: z.string().nullable().describe("IANA name of the portal's clock; null: not known, so UTC."),
  }),
});

export const alarmsChange = z.object({
  people: z.array(text(20).regex(/^\d+$/, "must be ids of the portal's users")).max(20).nullable().optional(),
  timeZone: text(64)
    .refine((zone) => isTimeZone(zone), "must be a time zone, as Europe/Madrid")
    .optional(),
});

export const peopleQuery = z.object({
  search: text(100).default(""),
  id: text(20).regex(/^\d+$/).optional().describe("That one alone."),
});
export const people = person.extend({ position: z.string().optional() }).array();

export const alarmTest = z.object({
  told: person.array(),
  refused: z.array(z.object({ name: z.string(), sentence: z.string() })).describe("Whom the portal would not tell."),
});

function isTimeZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export type HealthAnswer = z.output<typeof health>;
export type AccountHealthAnswer = z.output<typeof accountHealth>;
export type AlarmsChange = z.input<typeof alarmsChange>;
export type PeopleAnswer = z.output<typeof people>;
export type PersonAnswer = z.output<typeof person>;
export type AlarmTestAnswer = z.output<typeof alarmTest>;
