import { z } from "zod";
import { REASON_CODES } from "./reasons.ts";
import { commentsShape, fieldMapping } from "./ruleset.ts";

/** What becomes of a message in the CRM. Enough to carry out without looking at the rules again. */

const id = z.string();
const target = z.object({ type: z.enum(["lead", "deal", "contact", "company"]), id });
const reason = z.object({
  code: z.enum(REASON_CODES),
  about: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

const titles = z.object({ lead: z.string(), deal: z.string() });

const creation = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("nothing") }),
  z
    .object({ kind: z.literal("later") })
    .describe("Once the customer can be answered: decided again when a phone or an e-mail arrives."),
  z.object({ kind: z.literal("activity") }),
  z.object({ kind: z.literal("contact") }),
  z.object({ kind: z.literal("lead"), stage: id.nullable().describe("`null`: the portal's first one.") }),
  z.object({
    kind: z.literal("deal"),
    pipeline: id.nullable(),
    stage: id.nullable(),
    contact: id.nullable().describe("Known already; `null`: is made together with the deal."),
    company: id.nullable(),
  }),
]);

export const decisionSchema = z
  .object({
    contact: z.enum(["first", "repeat"]),
    owner: z.enum(["line", "rules"]),
    transfer: z.object({ crm: z.boolean(), line: z.boolean() }),
    create: creation,
    targets: z
      .array(target)
      .describe("What is there already and takes the comments, by its weight. What is created comes on top."),
    responsible: z.object({
      person: id.nullable().describe("`null`: whoever acts in the portal for the app."),
      givenBy: id.nullable().describe("The filter that spread it over a department: it counts there."),
    }),
    followTransfers: z.boolean().default(false).describe("Chat and cards follow each other's transfers."),
    comments: commentsShape.pick({ when: true, form: true }),
    title: titles.describe("Templates of the titles of what is created."),
    missedTitle: titles
      .nullable()
      .default(null)
      .describe(
        "What was made for a chat is called so once it is over and nobody has answered. `null`: nothing like that.",
      ),
    fields: z.array(fieldMapping),
    reasons: z.array(reason).describe("In the order in which it was decided."),
    warnings: z.array(reason).describe("What somebody should mend in the rules."),
  })
  .meta({ id: "Decision" });

export type Decision = z.output<typeof decisionSchema>;
export type Creation = Decision["create"];
export type Target = Decision["targets"][number];
export type Responsible = Decision["responsible"];
