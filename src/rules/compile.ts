import type { Condition } from "./condition-schema.ts";
import { type Check, compileCondition, createTexts } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import type { Groups, Owner, Ruleset } from "./ruleset.ts";

/** The groups that count for one kind of event on one account and line, with their conditions ready to be asked. */
export interface Plan {
  readonly owner: Owner;
  readonly groups: Groups;
  readonly transfer: { readonly crm: readonly Check[]; readonly line: readonly Check[] };
  readonly pipelines: { readonly first: readonly Check[]; readonly repeat: readonly Check[] };
  readonly responsible: readonly Check[];
}

const plans = new WeakMap<Ruleset, Map<string, Plan>>();

/**
 * The plan for these facts, made once for a ruleset: it is never changed after it was read, a new version is a new object.
 */
export function planFor(facts: Facts, ruleset: Ruleset): Plan {
  const known = plans.get(ruleset) ?? new Map<string, Plan>();
  plans.set(ruleset, known);
  const key = `${facts.event}\n${facts.account.id}\n${facts.line ?? ""}`;
  const plan = known.get(key) ?? makePlan(facts, ruleset);
  known.set(key, plan);
  return plan;
}

/** Who makes leads and deals for an account on its line: one without a line has nobody else who could. */
export function ownerFor(
  at: { readonly account: string; readonly line: string | null },
  ruleset: Ruleset,
): Owner["who"] {
  return at.line === null ? "rules" : (overrideFor(at, ruleset)?.owner ?? ruleset.owner).who;
}

/** An override for the account comes before one for the line, and of several the first. */
const overrideFor = ({ account, line }: { readonly account: string; readonly line: string | null }, ruleset: Ruleset) =>
  ruleset.overrides.find((one) => one.account !== undefined && one.account === account) ??
  ruleset.overrides.find((one) => one.account === undefined && one.line !== undefined && one.line === line);

function makePlan(facts: Facts, ruleset: Ruleset): Plan {
  const override = overrideFor({ account: facts.account.id, line: facts.line }, ruleset);
  const groups: Groups = { ...groupsOf(facts.event, ruleset), ...definedOnly(override?.groups ?? {}) };
  const texts = createTexts();
  const compile = (filters: readonly { readonly when: Condition }[]) =>
    filters.map((filter) => compileCondition(filter.when, texts));
  return {
    owner: override?.owner ?? ruleset.owner,
    groups,
    transfer: {
      crm: compile(groups.transfer.crm.filters),
      line: compile(groups.transfer.line.filters),
    },
    pipelines: {
      first: compile(groups.pipelines.first.filters),
      repeat: compile(groups.pipelines.repeat.filters),
    },
    responsible: compile(groups.responsible.filters),
  };
}

/** A missed chat is a chat; requests and mail may have a copy of their own. */
function groupsOf(event: Facts["event"], ruleset: Ruleset): Groups {
  if (event === "request") return "as" in ruleset.requests ? ruleset.chats : ruleset.requests;
  if (event === "mail") return "as" in ruleset.mail ? ruleset.chats : ruleset.mail;
  return ruleset.chats;
}

const definedOnly = (groups: Ruleset["overrides"][number]["groups"]): Partial<Groups> =>
  Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined));
