import { z } from "zod";
import { decisionSchema } from "../rules/decision.ts";
import { factsSchema } from "../rules/facts.ts";
import { rulesetSchema } from "../rules/ruleset.ts";
import { id, text } from "./common.ts";

const version = z.object({
  version: z.int().describe("0: the default, that nobody saved."),
  at: z.string().nullable(),
  by: z.string().nullable().describe("User id in the portal."),
  note: z.string(),
});

/** What a line makes by itself, as the portal told when it was asked just now. */
const line = z.object({
  id: z.string(),
  name: z.string(),
  searches: z.boolean(),
  creates: z.enum(["none", "lead", "deal"]),
  tracks: z.boolean(),
  wanted: z.enum(["line", "rules", "mixed"]).describe("Who is to make things there, by the rules that count."),
  follows: z
    .enum(["line", "rules", "nobody"])
    .describe("Who lets responsible persons follow transfers: the line by its own setting, or these rules."),
  agrees: z.boolean().describe("`false`: the line makes leads or deals although the rules do, or neither does."),
});

export const currentRules = version.extend({ ruleset: rulesetSchema });
export const ruleVersions = version.array();
export const versionParams = z.object({ version: z.coerce.number().int().min(0) });

export const saveRules = z.object({
  ruleset: rulesetSchema,
  basedOn: z.int().min(0).describe("The version that this was made from: 409 when it is no longer the current one."),
  note: text(500).default(""),
});
export const restoreRules = z.object({ basedOn: z.int().min(0) });

export const checkRules = z.object({ ruleset: rulesetSchema });
export const checkedRules = z.object({
  ruleset: rulesetSchema.describe("Complete: what was left out has its default."),
  broken: z.array(z.object({ path: z.string(), sentence: z.string() })).describe("What cannot work, and where."),
});

export const linesAnswer = z.object({
  lines: line.array(),
  problem: z.string().nullable().describe("Why a line could not be set as the rules want it."),
});

const triedField = z.object({
  entity: z.enum(["lead", "deal", "contact"]),
  field: z.string(),
  name: z.string().describe("As the portal calls it."),
  value: z.string().nullable().describe("As a person reads it in the card; `null`: nothing comes out."),
  problem: z.string().nullable().describe("Why it stays empty."),
});

const explained = z.object({
  code: z.string(),
  sentence: z.string(),
  about: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export const tryRules = z.object({
  ruleset: rulesetSchema.optional().describe("A draft; without it the rules that count."),
  facts: factsSchema.optional().describe("Made up; or `message`."),
  message: id.optional().describe("A past message: its facts as they were when it was decided, or as they are now."),
});
export const triedRules = z.object({
  facts: factsSchema,
  decision: decisionSchema,
  reasons: explained.array(),
  warnings: explained.array(),
  writes: z.array(z.string()).describe("What would be written into the CRM, a sentence each."),
  titles: z
    .object({ lead: z.string(), deal: z.string() })
    .describe("As a lead or a deal of this message would be called, whether or not one is made."),
  fields: triedField
    .array()
    .describe("What the rules would put into fields, in their order, whether or not a card is made."),
  fieldsUnchecked: z.string().nullable().describe("Why that could not be checked against the portal's own fields."),
});

export const compareRules = z.object({ ruleset: rulesetSchema });
export const comparedRules = z.object({
  compared: z.int().describe("Past decisions that both rulesets were asked about; at most the last 1,000."),
  different: z.int(),
  examples: z
    .array(
      z.object({
        conversation: z.string(),
        at: z.string(),
        text: z.string(),
        now: z.string().describe("What the rules that count would do."),
        draft: z.string(),
      }),
    )
    .describe("The latest ones that would go elsewhere."),
});

const choice = z.object({ id: z.string(), name: z.string() });
const stage = choice.extend({ semantics: z.enum(["open", "won", "lost"]) });
export const rulesDirectory = z.object({
  leads: z.boolean(),
  leadStages: stage.array(),
  pipelines: z.array(choice.extend({ isDefault: z.boolean(), stages: stage.array() })),
  accounts: z.array(choice.extend({ channel: z.string(), line: z.string().nullable() })),
  lines: choice.array(),
  channels: choice.array(),
  fields: z.record(
    z.enum(["lead", "deal", "contact"]),
    z.array(z.object({ name: z.string(), title: z.string(), type: z.string() })),
  ),
  variables: z.array(z.string()).describe("Names that templates may use."),
  departments: choice.array(),
  people: choice.array().describe("Whom the rules name, and who saved versions of them."),
  problem: z.string().nullable().describe("Why some of it could not be read from the portal just now."),
});

export type CheckedRulesAnswer = z.output<typeof checkedRules>;
export type LinesAnswer = z.output<typeof linesAnswer>;
export type TryRules = z.input<typeof tryRules>;
export type CurrentRulesAnswer = z.output<typeof currentRules>;
export type RuleVersionAnswer = z.output<typeof ruleVersions>[number];
export type TriedRulesAnswer = z.output<typeof triedRules>;
export type ComparedRulesAnswer = z.output<typeof comparedRules>;
export type RulesDirectoryAnswer = z.output<typeof rulesDirectory>;
