import { z } from "zod";
import { id, problem, text } from "./common.ts";

export const connection = z.object({
  kind: z.enum([
    "starting",
    "needs-action",
    "connected",
    "transient-disconnect",
    "bad-credentials",
    "logged-out",
    "failed",
  ]),
  sentence: z.string(),
});

export const account = z.object({
  id: z.string(),
  channel: z.string(),
  name: z.string(),
  line: z.string().nullable().describe("Id of the open line it feeds."),
  connector: z.string().nullable(),
  enabled: z.boolean().describe("Off: messages are received and stored, none is delivered."),
  connection,
  profile: z.object({ externalId: z.string().optional(), title: z.string().optional(), url: z.string().optional() }),
  credentials: z.record(z.string(), z.string()).describe("Masked: the last four characters at most."),
  settings: z.record(z.string(), z.unknown()),
  backlog: z.number().int().describe("Messages that wait to be delivered."),
  embed: z.string().optional().describe("HTML to paste into a site, where the channel lives on sites."),
  links: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        url: z.string().describe("`{mark}` in it is replaced by a mark of the admin's own."),
        mark: z
          .object({ pattern: z.string(), help: z.string(), example: z.string() })
          .optional()
          .describe("What the mark may be; it comes back as the fact `site.start` of the conversation."),
      }),
    )
    .optional()
    .describe("Addresses to hand out that lead to this account."),
  createdAt: z.string(),
  problem,
});

const fields = z.record(z.string().max(100), z.unknown());
/** Pages send strings; programs send numbers too. An empty string means no line. */
const line = z
  .union([text(100), z.number().int().nonnegative(), z.null()])
  .transform((value) => (value === null || value === "" ? null : String(value)))
  .describe("Id of an open line, or null for none.");

export const newAccount = z.object({
  channel: text(40).min(1),
  name: text(200).optional(),
  credentials: fields.default({}),
  settings: fields.default({}),
  line: line.optional(),
});

export const accountToBe = newAccount.pick({ channel: true, settings: true });
export const accountForewarned = z.object({ problem: z.string().nullable() });

export const backlogChoice = z.enum(["deliver", "drop"]);

export const accountChange = z.object({
  name: text(200).optional(),
  credentials: fields.optional(),
  settings: fields.optional(),
  line: line.optional(),
  enabled: z.boolean().optional(),
  backlog: backlogChoice.optional().describe("Needed to switch on while messages wait."),
});

export const accountParams = z.object({ id });

/** Texts that a vendor has approved. */
export const templates = z.array(
  z.object({
    name: z.string(),
    language: z.string(),
    body: z
      .string()
      .describe(
        "With `{{1}}`, `{{2}}`, … for its gaps: those of its heading and its buttons too, each on a line of its own.",
      ),
    gaps: z.number().int().describe("So many `variables` it needs."),
    needs: z.enum(["photo", "video", "file"]).optional().describe("The one file that the message must bring."),
  }),
);

export type AccountAnswer = z.output<typeof account>;
export type AccountChange = z.input<typeof accountChange>;
export type ConnectionAnswer = z.output<typeof connection>;
export type BacklogAnswer = z.output<typeof backlogChoice>;
export type TemplateAnswer = z.output<typeof templates>[number];
