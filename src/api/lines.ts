import { z } from "zod";
import {
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineFieldName,
  type LineFieldSpec,
  type LineSettings,
  WEEKDAYS,
} from "../domain/line-settings/fields.ts";
import { text } from "./common.ts";

const lineId = z.string().regex(/^\d{1,15}$/);
const fieldName = z.enum(LINE_FIELD_NAMES as [LineFieldName, ...LineFieldName[]]);
const named = z.object({ id: z.string(), name: z.string() });

/** Kinds alone: what the portal holds may be out of bounds, and what is written is judged field by field, with reasons. */
function schemaOf(spec: LineFieldSpec): z.ZodType {
  switch (spec.kind) {
    case "flag":
      return z.boolean();
    case "choice":
      return z.enum(spec.options);
    case "number":
      return z.int();
    case "id":
      return z.string().max(15).nullable();
    case "weekdays":
      return z.array(z.enum(WEEKDAYS)).max(7);
    case "holidays":
    case "people":
      return z.array(text(20)).max(500);
    case "queue":
      return z.array(z.object({ kind: z.enum(["person", "department"]), id: text(20) })).max(500);
    case "entry":
      return z.object({ name: text(300), avatar: text(2_000), avatarId: text(20) });
    case "agents":
      return z
        .array(
          z.object({ person: text(20), name: text(300), position: text(300), avatar: text(2_000), avatarId: text(20) }),
        )
        .max(500)
        .describe("As whom agents are shown; of whoever is not in it, by their profile. `avatar` is an address.");
    default:
      return text(10_000);
  }
}

type Shape = { readonly [Name in LineFieldName]: z.ZodOptional<z.ZodType<LineSettings[Name]>> };

const lineSettings = z
  .strictObject(
    Object.fromEntries(LINE_FIELD_NAMES.map((name) => [name, schemaOf(LINE_FIELDS[name]).optional()])) as Shape,
  )
  .describe("Settings of an open line. One that is not there could not be read in the portal's answer.");

const unknownValue = z.unknown().describe("Of the field's kind; not there: not to be read.");

export const lineParams = z.object({ id: lineId });

export const lineDetails = z.object({
  id: lineId,
  settings: lineSettings,
  unread: z.array(fieldName).describe("Fields of which the portal's answer says nothing that can be understood."),
  operators: z.array(z.string()).describe("Everybody to whom the line gives chats, those of its departments too."),
  changedBy: z.string().nullable(),
  lastSave: z
    .object({
      id: z.string(),
      by: z.string(),
      at: z.iso.datetime(),
      before: lineSettings.describe("The settings that it changed, as they were before it."),
    })
    .nullable()
    .describe("What was saved here last, while all of it is as it was saved and can be taken back."),
  owner: z
    .enum(["line", "rules", "mixed"])
    .describe("Who is to make leads and deals on this line: itself, our rules, or differently by account."),
  accounts: z.array(named.extend({ channel: z.string(), enabled: z.boolean() })),
  people: z.array(named).describe("Names of whom the settings name."),
  problem: z.string().nullable().describe("What could not be looked up beside the settings."),
});

export const lineChange = z.object({
  base: lineSettings.describe(
    "The changed fields as they were shown. What differs from the portal by now is a conflict.",
  ),
  changes: lineSettings,
});

export const lineUndo = z.object({ save: z.string().max(20).describe("`lastSave.id`, as the page showed it.") });

export const changedLine = lineDetails.extend({
  before: lineSettings.describe("What the changed fields were, for taking the change back."),
  corrections: z
    .array(
      z.object({
        field: fieldName,
        asked: unknownValue,
        kept: unknownValue,
        why: z.enum(["plan", "crm-mode", "too-long", "bounds", "reset", "ignored", "other", "unreadable"]),
      }),
    )
    .describe("What the portal made of the change without a word, read back after it."),
});

export const newLine = z.object({
  name: text(255).min(1),
  like: lineId.optional().describe("All settings as this line has them."),
});

export const deleteLineQuery = z.object({
  accounts: z
    .literal("leave")
    .optional()
    .describe("Needed where accounts feed the line: they work without a line then."),
});

const used = z.array(
  z.object({ id: z.string(), lines: z.array(z.string()).describe("Names of the lines that use it.") }),
);

export const linesDirectory = z.object({
  fields: z.array(
    z.object({
      name: fieldName,
      kind: z.string(),
      options: z.array(z.string()).optional(),
      unit: z.enum(["seconds", "minutes", "chats"]).optional(),
      least: z.int().optional(),
      most: z.int().optional().describe("Of a number its bound, of a text its length."),
      variables: z.array(z.string()).optional(),
    }),
  ),
  accounts: z.array(
    named.extend({
      channel: z.string(),
      channelName: z.string(),
      line: z.string().nullable(),
      enabled: z.boolean(),
    }),
  ),
  departments: z.array(named),
  sources: z.array(named),
  bots: z.array(named).describe("Chat bots that work in open lines; none where the application may not ask for them."),
  agreements: z.array(named).describe("Agreements on personal data; none where the application may not ask for them."),
  lists: z
    .array(named)
    .describe("Lists of canned replies: made for them, or used by a line; none where the application may not ask."),
  pipelines: z.array(named),
  leads: z.boolean().describe("The CRM works with leads."),
  used: z
    .object({ cannedReplies: used, consent: used, form: used, bot: used })
    .describe(
      "What lines use already. No method lists forms, and of the rest there may be more than the viewer may see.",
    ),
  page: z.string().nullable().describe("The portal's own page of its lines."),
  problem: z.string().nullable(),
});

export type LineDetails = z.output<typeof lineDetails>;
export type ChangedLine = z.output<typeof changedLine>;
export type LinesDirectory = z.output<typeof linesDirectory>;
export type { LineFieldName, LineSettings, QueueMember } from "../domain/line-settings/fields.ts";
