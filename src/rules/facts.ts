import { z } from "zod";
import { LETTER_CLASSES } from "../domain/letter.ts";

/**
 * What the rules look at, and nothing else: gathered once by `relay/gather-facts.ts`, kept with the decision, and enough to
 * make the same decision again. All that changes with time, chance or the portal (who is absent, whose turn it is, which
 * stages exist) is in here, so that deciding itself is pure.
 *
 * Everything but the event has a default, so that a made-up message can be tried with the few facts that matter.
 */

const id = z.string().max(100);
const short = z.string().max(500);
const long = z.string().max(4_000);

/** What came in. `missed` is a chat that nobody answered. */
export const EVENTS = ["chat", "request", "mail", "missed"] as const;

const entity = z.object({
  type: z.enum(["lead", "deal", "contact", "company"]),
  id,
  title: short.optional(),
  open: z.boolean().default(true).describe("Stage semantics P. Contacts and companies are always open."),
  pipeline: id.optional(),
  stage: id.optional(),
  responsible: id.optional(),
  lastActiveAt: z.iso.datetime({ offset: true }).describe("Its last activity, or when it was last changed."),
  by: z
    .enum(["link", "phone", "email", "messenger", "contact", "domain"])
    .default("phone")
    .describe(
      "How it was found; `link` is our own record, `contact` through the contact that was found, `domain` by the company's domain.",
    ),
});

const person = z.object({
  id,
  active: z.boolean().default(true),
  absent: z.boolean().default(false).describe("Clocked out, on leave or offline: gets nothing new."),
  load: z.int().min(0).default(0).describe("Open conversations that the person is responsible for."),
  given: z.int().min(0).default(0).describe("Conversations given to the person lately, for an even spread."),
});

export const factsSchema = z
  .object({
    event: z.enum(EVENTS).default("chat"),
    local: z
      .object({
        date: z.iso.date(),
        time: z.string().regex(/^\d\d:\d\d$/),
        weekday: z.int().min(1).max(7).describe("1 is Monday."),
        workingHours: z.boolean().nullable().describe("`null`: no working hours are set."),
      })
      .default({ date: "1970-01-01", time: "00:00", weekday: 4, workingHours: null })
      .describe("When it came in, in the portal's time zone."),
    channel: id.default(""),
    account: z.object({ id, name: short.default("") }).default({ id: "", name: "" }),
    line: id.nullable().default(null).describe("`null`: the account works without an open line."),
    conversation: id.default(""),
    customer: z
      .object({
        name: short.default(""),
        lastName: short.default(""),
        username: short.default(""),
        language: short.default(""),
        phones: z.array(short).max(100).default([]).describe("E.164, the first known first."),
        emails: z.array(short).max(100).default([]),
        canBeAnswered: z
          .boolean()
          .default(true)
          .describe("Whether the channel reaches the person after they left: not so for a visitor of a site."),
      })
      .prefault({}),
    begunBy: id
      .nullable()
      .default(null)
      .describe("The employee who wrote to the customer before they wrote; `null`: the customer wrote."),
    text: long.default("").describe("The customer's words."),
    site: z
      .object({
        host: short.default(""),
        page: long.default(""),
        landing: long.default(""),
        referrer: long.default(""),
        form: short.default(""),
        utm: z.record(z.string().max(50), short).default({}),
        fields: z.record(z.string().max(200), long).default({}),
      })
      .prefault({}),
    mail: z
      .object({
        from: short.default(""),
        to: z.array(short).max(200).default([]),
        subject: long.default(""),
        class: z
          .enum(LETTER_CLASSES)
          .default("human")
          .describe("Nothing is made for what a machine wrote: only `human` letters make leads and deals."),
        ours: z.boolean().default(false).describe("Written by the company's own people: makes nothing either."),
        owner: id.nullable().default(null).describe("Whose personal box it came to; `null`: a shared one."),
        named: z
          .array(z.object({ type: z.enum(["lead", "deal"]), id }))
          .max(20)
          .default([])
          .describe("Leads and deals whose numbers stand in the subject. Only those of this customer count."),
      })
      .prefault({}),
    tags: z.array(short).max(100).default([]),
    crm: z
      .object({
        leads: z.boolean().default(true).describe("Whether the portal works with leads at all."),
        found: z.array(entity).max(1_000).default([]).describe("In no particular order."),
        chosen: z
          .array(z.object({ type: entity.shape.type, id }))
          .max(10)
          .default([])
          .describe("Where an agent moved this conversation to: before anything found."),
        thread: z
          .array(z.object({ type: entity.shape.type, id }))
          .max(10)
          .default([])
          .describe(
            "Where the thread of letters stands already, in another mailbox. Only what is among what was found.",
          ),
      })
      .prefault({}),
    directory: z
      .object({
        leadStages: z.array(id).max(1_000).nullable().default(null),
        pipelines: z
          .record(z.string().max(100), z.array(id).max(1_000))
          .nullable()
          .default(null)
          .describe("Stages of each pipeline of deals. `null`: not read; nothing is judged by it then."),
        departments: z.record(z.string().max(100), z.array(id).max(5_000)).default({}).describe("Members in order."),
        people: z.array(person).max(5_000).default([]),
        lastGiven: z
          .record(z.string().max(100), id)
          .default({})
          .describe("Filter of responsible people -> whom it chose last, for spreading in order."),
      })
      .prefault({}),
  })
  .describe("What is known of a message, its sender and the portal when it is decided where it belongs.")
  .meta({ id: "Facts" });

export type Facts = z.output<typeof factsSchema>;
export type CrmEntity = Facts["crm"]["found"][number];
export type EntityType = CrmEntity["type"];
export type Person = Facts["directory"]["people"][number];
