import { IANAZone } from "luxon";
import { z } from "zod";
import { conditionSchema, depthOf, MAX_DEPTH } from "./condition-schema.ts";

/**
 * The rules of a portal as data: kept in versions, exported and imported as JSON, edited on the settings page. An empty
 * object is a complete ruleset: every value has the default that a portal starts with.
 */

const id = z.string().min(1).max(100);
const name = z.string().max(200);
const when = conditionSchema
  .refine((condition) => depthOf(condition) <= MAX_DEPTH, `Groups may stand in each other ${MAX_DEPTH} deep.`)
  .describe("Condition; see the schema of conditions.");
const verdict = z
  .enum(["allow", "deny"])
  .default("allow")
  .describe("`deny`: what matches goes the default way, whatever follows.");

const gate = z
  .object({
    otherwise: z.enum(["allow", "deny"]).default("allow"),
    filters: z
      .array(z.object({ id, name: name.default(""), when, verdict }))
      .max(200)
      .default([]),
  })
  .prefault({});

const transfer = z
  .object({
    crm: gate,
    line: gate.describe(
      "What is denied here stands on our own surfaces alone, and in the CRM by the other rules. An account without a " +
        "line works that way when all of it is denied; what is allowed waits until the account has a line.",
    ),
  })
  .describe("2. What goes to the CRM and to the line at all.");

export const FIRST_CREATIONS = ["lead", "deal", "contact", "nothing"] as const;
export const REPEAT_CREATIONS = ["lead", "deal", "activity", "nothing"] as const;
const creation = z
  .object({
    first: z.enum(FIRST_CREATIONS).default("lead").describe("`deal` makes its contact too."),
    repeat: z.enum(REPEAT_CREATIONS).default("nothing"),
    reuseOpen: z
      .boolean()
      .default(true)
      .describe("A repeat contact makes no second lead or deal beside an open one of its kind."),
    waitForContact: z
      .boolean()
      .default(true)
      .describe("Nothing is made for somebody whom nobody could answer, until they leave a phone or an e-mail."),
  })
  .describe("3. What is made.");

export const commentsShape = z
  .object({
    priority: z
      .enum(["deals", "leads", "both"])
      .default("deals")
      .describe("4. Where a repeat contact goes that makes nothing new."),
    addToClosed: z.boolean().default(true).describe("5. Closed leads and deals take it when all of them are closed."),
    when: z.enum(["live", "end"]).default("live").describe("8. As it happens, or the whole transcript at the end."),
    form: z.enum(["comment", "activity", "both"]).default("comment"),
    alsoContact: z.boolean().default(false).describe("Also into the contact, or else the company, that was found."),
  })
  .describe("4, 5 and 8. Where it is written down, and how.");

const place = z.object({
  leadStage: id.optional(),
  pipeline: id.optional(),
  stage: id.optional(),
});
const placing = z
  .object({
    otherwise: place.default({}).describe("Where nothing is named the portal's own first stage is taken."),
    filters: z
      .array(place.extend({ id, name: name.default(""), when, verdict }))
      .max(500)
      .default([]),
  })
  .prefault({});
const pipelines = z
  .object({ first: placing, repeat: placing })
  .describe("6. Stage of a lead, pipeline and stage of a deal.");

const who = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("person"), id }),
  z.object({
    kind: z.literal("department"),
    id,
    spread: z.enum(["evenly", "in-order", "least-loaded"]).default("evenly"),
  }),
]);
const responsible = z
  .object({
    otherwise: who.nullable().default(null).describe("`null`: whoever installed the app, as the portal does."),
    fromEntity: z.boolean().default(true).describe("Who is responsible for what was found in the CRM stays so."),
    followTransfers: z
      .boolean()
      .default(false)
      .describe(
        "Who has the chat is responsible for its lead or deal, and the other way round; the last change counts.",
      ),
    filters: z
      .array(z.object({ id, name: name.default(""), when, who }))
      .max(200)
      .default([]),
  })
  .describe("7. Who is responsible.");

const template = z.string().max(500);
const titlesOf = (fallback: string) =>
  z.object({ lead: template.default(fallback), deal: template.default(fallback) }).prefault({});
const titles = z
  .object({
    chat: titlesOf("{{ channel }}: {{ name | default: phone | default: email | default: conversation }}"),
    request: titlesOf("{{ site | default: account }}: {{ name | default: phone | default: email }}"),
    mail: titlesOf("{{ subject | default: email }}"),
    missed: titlesOf("{{ channel }}, unanswered: {{ name | default: phone | default: email | default: conversation }}"),
  })
  .describe("9. Titles, as Liquid templates. An empty one for `missed` leaves the title of the chat.");

export const FIELD_TYPES = ["string", "number", "date", "datetime", "enumeration", "boolean", "url", "money"] as const;
export const fieldMapping = z.object({
  entity: z.enum(["lead", "deal", "contact"]),
  field: z.string().min(1).max(100).describe("As crm.item.fields names it: `ufCrm_1700000000`, `sourceId`."),
  type: z.enum(FIELD_TYPES).default("string"),
  value: template.describe("Liquid template; enumerations are found by their value."),
  overwrite: z.boolean().default(false).describe("Also where the field of a found entity holds something."),
});
const fields = z.array(fieldMapping).max(200).describe("10. Fields.");

const parts = { transfer, creation, comments: commentsShape, pipelines, responsible, titles, fields };
const groups = z.object({
  transfer: transfer.prefault({}),
  creation: creation.prefault({}),
  comments: commentsShape.prefault({}),
  pipelines: pipelines.prefault({}),
  responsible: responsible.prefault({}),
  titles: titles.prefault({}),
  fields: fields.default([]),
});

const ownCopy = z
  .union([z.strictObject({ as: z.literal("chats") }), groups])
  .default({ as: "chats" })
  .describe("A copy of its own, or as for chats.");

const owner = z.object({
  who: z.enum(["line", "rules"]).default("line").describe("1. Who makes leads and deals: never both."),
  how: z
    .enum(["create-none", "crm-off"])
    .default("create-none")
    .describe(
      "`create-none`: the line makes nothing, but still links chats by phone, e-mail and even name. `crm-off`: it " +
        "links nothing, and no card is shown in the chat.",
    ),
});

const override = z.object({
  id,
  name: name.default(""),
  account: id.optional(),
  line: id.optional(),
  owner: owner.optional(),
  groups: z
    .object(parts)
    .partial()
    .default({})
    .describe("Groups that differ; the others stay as they are for the portal."),
});

const identity = z
  .object({
    tracker: z.boolean().default(true).describe("Phones and e-mails are taken from what the customer writes."),
    trackerOff: z.array(id).max(1_000).default([]).describe("Accounts for which it is off."),
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default("RU"),
    eightIsSeven: z.boolean().default(true).describe("8 903 … is +7 903 …"),
    plusTags: z.boolean().default(true).describe("name+tag@… and name@… are one mailbox."),
    gmailDots: z.boolean().default(true).describe("Dots in a Gmail name count for nothing."),
    companyDomains: z
      .boolean()
      .default(false)
      .describe("A stranger's letter from the domain of a company that is known belongs to that company."),
    sharedByMoreThan: z
      .int()
      .min(1)
      .max(1_000)
      .default(5)
      .describe("A number or mailbox that more people than that use links nobody."),
    ownPhones: z.array(z.string().max(50)).max(1_000).default([]).describe("The company's own: they never link."),
    ownEmails: z.array(z.string().max(320)).max(1_000).default([]),
  })
  .describe("Who is who.");

const time = z
  .object({
    zone: z
      .string()
      .max(60)
      .refine((zone) => IANAZone.isValidZone(zone), "No such time zone.")
      .default("UTC"),
    workingHours: z
      .object({
        days: z.array(z.int().min(1).max(7)).min(1).max(7).describe("1 is Monday."),
        from: z.string().regex(/^\d\d:\d\d$/),
        to: z.string().regex(/^\d\d:\d\d$/),
      })
      .nullable()
      .default(null),
  })
  .describe("What conditions on days and working hours go by.");

export const rulesetSchema = z
  .object({
    owner: owner.prefault({}),
    identity: identity.prefault({}),
    time: time.prefault({}),
    chats: groups.prefault({}),
    requests: ownCopy,
    mail: ownCopy,
    overrides: z.array(override).max(500).default([]),
  })
  .describe("All rules of a portal. An empty object is the default ruleset.")
  .meta({ id: "Ruleset" });

export type Ruleset = z.output<typeof rulesetSchema>;
export type Groups = z.output<typeof groups>;
export type Owner = Ruleset["owner"];
export type Place = z.output<typeof place>;
export type Who = z.output<typeof who>;
export type FieldMapping = Groups["fields"][number];

/** The rules that a portal starts with. */
export const defaultRuleset = (): Ruleset => rulesetSchema.parse({});

/** Departments that conversations are spread over, by any group. */
export const departmentsOf = (ruleset: Ruleset): readonly string[] => namedIn(ruleset, "department");

/** People whom the rules make responsible. */
export const peopleOf = (ruleset: Ruleset): readonly string[] => namedIn(ruleset, "person");

/** Whether transfers are followed anywhere: who need not listen for them does not. */
export const followsTransfers = (ruleset: Ruleset): boolean =>
  responsibleIn(ruleset).some(({ followTransfers }) => followTransfers);

/** Group 7, wherever it stands. */
function responsibleIn(ruleset: Ruleset): readonly Groups["responsible"][] {
  const own = [ruleset.requests, ruleset.mail].flatMap((groups) => ("as" in groups ? [] : [groups.responsible]));
  return [ruleset.chats.responsible, ...own, ...ruleset.overrides.flatMap((one) => one.groups.responsible ?? [])];
}

function namedIn(ruleset: Ruleset, kind: Who["kind"]): readonly string[] {
  const whos = responsibleIn(ruleset).flatMap(({ otherwise, filters }) => [
    otherwise,
    ...filters.map((filter) => filter.who),
  ]);
  return [...new Set(whos.flatMap((one) => (one?.kind === kind ? [one.id] : [])))];
}
