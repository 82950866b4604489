import type { RulesDirectoryAnswer } from "../../src/api/rules.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { factsSchema } from "../../src/rules/facts.ts";
import { peopleOf } from "../../src/rules/ruleset.ts";
import { variablesOf } from "../../src/rules/variables.ts";
import type { ApiDeps } from "./deps.ts";

/** Versions whose authors are named. */
const VERSIONS = 200;

/**
 * What there is to choose from when rules are written. What the portal does not tell is left out and said: rules can be
 * changed while it is away.
 */
export async function rulesDirectoryOf(deps: ApiDeps, portal: PortalId, say: Say): Promise<RulesDirectoryAnswer> {
  const { store, portals } = deps;
  const crm = portals.crm(portal);
  const people = portals.people(portal);
  const problems: string[] = [];
  const orElse = <T>(outcome: PortalOutcome<T>, fallback: T): T => {
    if (outcome.kind === "ok") return outcome.value;
    if (outcome.kind !== "withdrawn") problems.push(outcome.sentence);
    return fallback;
  };
  const { ruleset } = await deps.rules.of(portal);
  const versions = await store.rulesets.list(portal, VERSIONS);
  const named = new Set([...peopleOf(ruleset), ...versions.map(({ by }) => by)]);
  const [leads, stages, pipelines, lines, accounts, lead, deal, contact, departments, persons] = await Promise.all([
    crm.usesLeads(),
    crm.leadStages(),
    crm.pipelines(),
    portals.connectors(portal).openLines(),
    store.accounts.list(portal),
    crm.fields("lead"),
    crm.fields("deal"),
    crm.fields("contact"),
    people.departments(),
    named.size === 0 ? ({ kind: "ok", value: [] } as const) : people.list([...named]),
  ]);
  const writable = (outcome: Awaited<ReturnType<typeof crm.fields>>) =>
    orElse(outcome, [])
      .filter((field) => !field.readOnly && field.type !== "crm_multifield")
      .map(({ name, title, type }) => ({ name, title, type }));
  return {
    leads: orElse(leads, true),
    leadStages: orElse(stages, []).map((stage) => ({ ...stage })),
    pipelines: orElse(pipelines, []).map((pipeline) => ({
      ...pipeline,
      stages: pipeline.stages.map((stage) => ({ ...stage })),
    })),
    accounts: accounts.map(({ id, name, channel, line }) => ({ id, name, channel, line: line ?? null })),
    lines: orElse(lines, []).map(({ id, name }) => ({ id, name })),
    channels: [...deps.channels.values()].map(({ id, title }) => ({ id, name: say(title) })),
    fields: { lead: writable(lead), deal: writable(deal), contact: writable(contact) },
    variables: Object.keys(variablesOf(factsSchema.parse({}))),
    departments: orElse(departments, []).map(({ id, name }) => ({ id, name })),
    people: orElse(persons, []).map(({ id, name }) => ({ id, name })),
    problem: problems[0] === undefined ? null : say(problems[0]),
  };
}
