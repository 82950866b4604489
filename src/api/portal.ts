import { z } from "zod";
import { backlogChoice } from "./accounts.ts";
import { id, text } from "./common.ts";

const editor = z.object({ id, name: text(200) });
const role = editor.extend({
  role: z
    .enum(["controller", "agent", "head"])
    .describe(
      "controller: reads every conversation, writes nothing. agent: conversations that are theirs, nobody's or of their lines. head: every conversation.",
    ),
});

export const portal = z.object({
  id: z.string(),
  domain: z.string(),
  name: z.string(),
  active: z.boolean().describe("Off: everything is received and stored, nothing is delivered."),
  keepDays: z.int().nullable().describe("Messages are deleted after so many days; null: never."),
  trouble: z.string().nullable().describe("Why background calls do not work just now."),
  editors: z.array(editor).describe("May change rules and links of customers beside the administrators."),
  roles: z
    .array(role)
    .describe(
      "What people may do with conversations; who is not here may do what Bitrix24 lets them, administrators all.",
    ),
  installation: z.object({
    at: z.string().nullable(),
    version: z.string().nullable(),
    ok: z.boolean(),
    problems: z.array(z.string()),
    notes: z.array(z.string()).describe("What this portal does without; nothing has to be done about it."),
    running: z.boolean(),
  }),
});

export const portalChange = z.object({
  name: text(200).optional(),
  active: z.boolean().optional(),
  editors: z.array(editor).max(500).optional(),
  roles: z
    .array(role)
    .max(2_000)
    .refine((all) => new Set(all.map((one) => one.id)).size === all.length, "must name each person once")
    .optional(),
  backlog: backlogChoice.optional(),
  keepDays: z
    .int()
    .min(7)
    .max(3650)
    .nullable()
    .optional()
    .describe("How long messages are kept, in days; null: for ever. Conversations and people stay."),
  deleteOlder: z
    .boolean()
    .optional()
    .describe("Needed where messages are older than that: a person was told how many will be deleted."),
});

/** A fresh token of the frame, in the frame's words or the portal's. */
export const sessionRenewal = z
  .object({
    accessToken: text(2000).optional(),
    refreshToken: text(2000).optional(),
    AUTH_ID: text(2000).optional(),
    REFRESH_ID: text(2000).optional(),
    /** Seconds. */
    expiresIn: z.coerce.number().int().positive().max(86_400).optional(),
  })
  .refine((value) => value.accessToken !== undefined || value.AUTH_ID !== undefined, "accessToken is missing");

export const session = z.object({ session: z.string(), expiresIn: z.number().int().describe("Seconds.") });

export type PortalAnswer = z.output<typeof portal>;
export type PortalChange = z.input<typeof portalChange>;
export type SessionAnswer = z.output<typeof session>;
