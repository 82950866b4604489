import { z } from "zod";
import { evaluate } from "../rules/evaluate.ts";
import { factsSchema } from "../rules/facts.ts";
import type { Reason } from "../rules/reasons.ts";
import { rulesetSchema } from "../rules/ruleset.ts";
import { REASON_LANGUAGES, sentenceOf } from "../rules/texts/reason-texts.ts";
import { answerWhole, type Command } from "./command.ts";

const Question = z.object({
  facts: factsSchema.prefault({}),
  ruleset: rulesetSchema.prefault({}),
  language: z.enum(REASON_LANGUAGES).default("en"),
});

/** `{facts, ruleset}` in, one a line or one over many lines; the decision with its reasons out. */
export const decision: Command = {
  synopsis: "< questions.json",
  about:
    'Where a message belongs by the rules. Reads {"facts": {…}, "ruleset": {…}}, one a line or one over several lines (schemas Facts and Ruleset in /openapi.json; what is left out has its default), and prints the decision, each reason with its sentence. "language": "ru" or "es" for those in another language.',
  run: (context) =>
    answerWhole(context, Question, ({ facts, ruleset, language }) => {
      const decided = evaluate(facts, ruleset);
      const explain = (reason: Reason) => ({ ...reason, sentence: sentenceOf(reason, language) });
      return { ...decided, reasons: decided.reasons.map(explain), warnings: decided.warnings.map(explain) };
    }),
};
