import { type CrmEntity, type Facts, factsSchema } from "../../src/rules/facts.ts";
import { type Ruleset, rulesetSchema } from "../../src/rules/ruleset.ts";

/** Facts and rulesets as they arrive: in JSON, with what is left out filled in by their schemas. */
export const facts = (given: unknown = {}): Facts => factsSchema.parse(given);
export const ruleset = (given: unknown = {}): Ruleset => rulesetSchema.parse(given);

/** Rules that make things themselves. */
export const ownRules = (chats: unknown = {}, more: object = {}): Ruleset =>
  ruleset({ owner: { who: "rules" }, chats, ...more });

let minutes = 0;

/** Something found in the CRM; each one made later was active later, unless a time is given. */
export function entity(type: CrmEntity["type"], id: string, more: Partial<CrmEntity> = {}): CrmEntity {
  minutes += 1;
  return {
    type,
    id,
    open: true,
    lastActiveAt: new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString(),
    by: "phone",
    ...more,
  };
}
