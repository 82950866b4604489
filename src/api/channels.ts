import { z } from "zod";

export const setupField = z.object({
  key: z.string(),
  into: z.enum(["credentials", "settings"]),
  kind: z
    .string()
    .describe(
      "`sign-in`: by `/sign-ins`, its id. `person`: id of an employee (`/people`). Others are typed or chosen.",
    ),
  label: z.string(),
  required: z.boolean(),
  placeholder: z.string().optional(),
  choices: z
    .array(z.object({ value: z.string(), label: z.string() }))
    .optional()
    .describe("Of a `choice`."),
  when: z
    .object({ key: z.string(), is: z.string() })
    .optional()
    .describe("Asked for only while this other setting has this value."),
  preset: z.string().optional().describe("Of a `choice`: what a new account begins with; else the first."),
});

const setupStep = z.object({
  id: z.string(),
  title: z.string(),
  help: z.string(),
  fields: z.array(setupField),
  warning: z.string().optional().describe("To be agreed to before this step."),
  consent: z.string().optional().describe("Setting that is `true` once somebody agreed to the warning."),
});

export const channel = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().describe("What it is and whom it is for. Texts are in the language of `Accept-Language`."),
  icon: z.object({ svg: z.string(), color: z.string() }),
  builtIn: z
    .boolean()
    .optional()
    .describe("The server makes its accounts by itself: nobody connects one, and it feeds no line."),
  setup: z.array(setupStep),
  sessions: z.boolean().describe("Its accounts have a standing connection, set up at `/accounts/:id/session`."),
  signIn: z
    .partialRecord(z.enum(["qr", "code", "password"]), z.array(z.string()))
    .describe("What the person does for each kind of prompt at `/accounts/:id/session`, step by step."),
  capabilities: z.looseObject({
    textLimit: z.number(),
    edit: z.boolean(),
    remove: z.boolean(),
    quote: z.boolean(),
    typing: z.boolean(),
    receipts: z.enum(["none", "delivered", "read"]),
    mayWriteFirst: z.boolean(),
    reaction: z.boolean(),
    templates: z.boolean(),
    letters: z.boolean().optional().describe("Messages are e-mails: with a subject, and with more than one recipient."),
    replyWindowHours: z
      .number()
      .optional()
      .describe("The customer must have written within so many hours; after that only templates go."),
    oneWay: z.string().optional().describe("Nothing can be sent: what to do instead."),
    attachments: z
      .record(z.string(), z.object({ maxBytes: z.number() }))
      .describe("By kind of file; those that are not there go as `file`, where that is there."),
    parts: z
      .record(z.string(), z.looseObject({ out: z.union([z.string(), z.looseObject({ degraded: z.string() })]) }))
      .describe("What becomes of each part of a message on its way out: `full`, `impossible`, or in which other form."),
  }),
});

export const line = z.object({
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  accounts: z.array(z.object({ id: z.string(), name: z.string(), channel: z.string(), connector: z.string() })),
});

export const connectorParams = z.object({
  connector: z.string().regex(/^[a-z0-9_]{1,100}$/i),
  line: z.string().regex(/^\d{1,20}$/),
});

export const connectorState = z.object({
  connector: z.string(),
  line: z.string(),
  channel: z.string().nullable().describe("Channel of this connector; null when it is none of ours."),
  account: z.string().nullable().describe("The account that feeds the line under this connector."),
  active: z.boolean(),
  problem: z.string().optional(),
});

export type ChannelAnswer = z.output<typeof channel>;
export type SetupStepAnswer = z.output<typeof setupStep>;
export type SetupFieldAnswer = z.output<typeof setupField>;
export type LineAnswer = z.output<typeof line>;
export type ConnectorAnswer = z.output<typeof connectorState>;
