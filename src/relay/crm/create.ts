import type { EntityType, LinkedEntity, Person } from "../../domain/person.ts";
import type { CrmPoint, NewCrmItem } from "../../portal/contract/crm.ts";
import type { Decision, Target } from "../../rules/decision.ts";
import type { Facts } from "../../rules/facts.ts";
import { mapFields } from "../../rules/fields.ts";
import { renderTitle } from "../../rules/templates.ts";
import { type Variables, variablesOf } from "../../rules/variables.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { answerOf, type Case, type CrmDeps } from "./context.ts";
import { doStep } from "./steps.ts";

/** A decision that was made, with all that carrying it out needs. */
export interface Carried {
  readonly stored: StoredDecision;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly person: Person;
}

/**
 * Makes what the decision says: a lead, a contact, or a contact with its deal. Answers what takes the comments: what was
 * made before what was found. Each card carries the decision's id, so that it is found again after a crash.
 */
export async function createCards(deps: CrmDeps, of: Case, carried: Carried): Promise<readonly Target[]> {
  const { create, targets } = carried.decision;
  switch (create.kind) {
    case "lead": {
      const lead = await makeCard(deps, of, carried, "lead", { ...(create.stage !== null && { stage: create.stage }) });
      return lead === undefined ? targets : [lead, ...targets];
    }
    case "contact": {
      const contact = await makeCard(deps, of, carried, "contact", {});
      return contact === undefined ? targets : [contact, ...targets];
    }
    case "deal": {
      const contact = create.contact ?? (await makeCard(deps, of, carried, "contact", {}))?.id;
      const deal = await makeCard(deps, of, carried, "deal", {
        ...(create.pipeline !== null && { pipeline: create.pipeline }),
        ...(create.stage !== null && { stage: create.stage }),
        ...(contact !== undefined && { contactId: contact }),
        ...(create.company !== null && { companyId: create.company }),
      });
      return deal === undefined ? targets : [deal, ...targets];
    }
    default:
      return targets;
  }
}

async function makeCard(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  type: Exclude<EntityType, "company">,
  place: Partial<NewCrmItem>,
): Promise<Target | undefined> {
  const { stored, decision, facts, person } = carried;
  const { portal } = of.conversation;
  const item = await cardOf(of, carried, type, place);
  const result = await doStep(deps, stored, portal, {
    name: type,
    make: (leave) => of.crm.add(item, leave),
    find: () => of.crm.findByOrigin(type, item.originId),
  });
  if (result.kind === "refused") {
    deps.log.warn({ decision: stored.id, type, code: result.code }, "The portal refused a card of a decision");
    return undefined;
  }
  if (result.id === undefined) return undefined;
  const responsible = decision.responsible.person;
  const entity: LinkedEntity = {
    type,
    id: result.id,
    why: "made",
    title: item.title,
    open: true,
    ...(item.pipeline !== undefined && { pipeline: item.pipeline }),
    ...(item.stage !== undefined && { stage: item.stage }),
    ...(responsible !== null && { responsible }),
    lastActiveAt: deps.now(),
    freshAt: deps.now(),
  };
  if (!facts.crm.found.some((one) => one.type === type && one.id === result.id))
    await deps.store.people.saveEntities(portal, person.id, [entity]);
  return { type, id: result.id };
}

async function cardOf(
  of: Case,
  { stored, facts, decision, person }: Carried,
  type: Exclude<EntityType, "company">,
  place: Partial<NewCrmItem>,
): Promise<NewCrmItem> {
  const variables = { ...variablesOf(facts), channel: of.adapter.title };
  const fallback = `${of.adapter.title}: ${nameOf(variables)}`;
  const template = type === "deal" ? decision.title.deal : decision.title.lead;
  const list = decision.fields.length === 0 ? undefined : answerOf(await of.crm.fields(type));
  const { values } = mapFields(decision.fields, type, variables, list);
  const { customer } = facts;
  return {
    type,
    originId: `${stored.id}:${type}`,
    title: renderTitle(template, variables, fallback),
    ...(type !== "deal" && { name: customer.name || customer.username || nameOf(variables) }),
    ...(type !== "deal" && customer.lastName !== "" && { lastName: customer.lastName }),
    points: pointsOf(person),
    ...(decision.responsible.person !== null && { responsible: decision.responsible.person }),
    ...place,
    fields: { ...utmOf(facts), ...values },
  };
}

/** Somebody without a name is called by whatever is known of them. */
function nameOf({ name, phone, email, conversation }: Variables): string {
  return [name, phone, email, conversation].map(String).find((part) => part !== "") ?? "";
}

const pointsOf = (person: Person): readonly CrmPoint[] =>
  person.points.flatMap((point): CrmPoint[] => {
    if (point.kind === "messenger") return [];
    return [{ kind: point.kind, value: point.kind === "phone" ? point.key : point.shown }];
  });

const UTM_FIELDS: Readonly<Record<string, string>> = {
  source: "utmSource",
  medium: "utmMedium",
  campaign: "utmCampaign",
  content: "utmContent",
  term: "utmTerm",
};

const utmOf = ({ site }: Facts): Record<string, string> =>
  Object.fromEntries(
    Object.entries(site.utm).flatMap(([label, value]) => {
      const field = UTM_FIELDS[label];
      return field === undefined || value === "" ? [] : [[field, value]];
    }),
  );
