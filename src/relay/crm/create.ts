import type { EntityType, LinkedEntity } from "../../domain/person.ts";
import type { NewCrmItem } from "../../portal/contract/crm.ts";
import type { Target } from "../../rules/decision.ts";
import type { Facts } from "../../rules/facts.ts";
import { renderTitle } from "../../rules/templates.ts";
import { calledBy, fallbackTitle, variablesOf } from "../../rules/variables.ts";
import type { Carried, Case, CrmDeps } from "./context.ts";
import { asCrmPoint, mappedFields } from "./fill-cards.ts";
import { doStep } from "./steps.ts";

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
  const { stored, decision, person } = carried;
  const { portal } = of.conversation;
  const before = stored.steps.find((step) => step.name === type)?.end;
  if (before?.kind === "done" && before.id !== undefined) return { type, id: before.id };
  if (before?.kind === "refused") return undefined;
  const item = cardOf(of, carried, type, place, await mappedFields(deps, of, carried, type));
  const responsible = decision.responsible.person;
  /** Before the step is over, and never again: what the portal tells of the card later is not to be undone. */
  const link = async (id: string): Promise<void> => {
    const entity: LinkedEntity = {
      type,
      id,
      why: "made",
      title: item.title,
      open: true,
      ...(item.pipeline !== undefined && { pipeline: item.pipeline }),
      ...(item.stage !== undefined && { stage: item.stage }),
      ...(responsible !== null && { responsible }),
      lastActiveAt: deps.now(),
      freshAt: deps.now(),
    };
    await deps.store.people.saveEntities(portal, person.id, [entity]);
  };
  const result = await doStep(deps, stored, portal, {
    name: type,
    make: async (leave) => {
      const outcome = await of.crm.add(item, leave);
      if (outcome.kind === "ok") await link(outcome.value);
      return outcome;
    },
    find: async () => {
      const outcome = await of.crm.findByOrigin(type, item.originId);
      if (outcome.kind === "ok" && outcome.value !== undefined) await link(outcome.value);
      return outcome;
    },
  });
  if (result.kind === "refused") {
    deps.log.warn({ decision: stored.id, type, code: result.code }, "The portal refused a card of a decision");
    return undefined;
  }
  return result.id === undefined ? undefined : { type, id: result.id };
}

/** What a card is called by a template: the same whenever it is asked for, because the facts stand with the decision. */
export function titleBy({ adapter, say }: Pick<Case, "adapter" | "say">, facts: Facts, template: string): string {
  const variables = variablesOf(facts, say(adapter.title));
  return renderTitle(template, variables, fallbackTitle(variables));
}

function cardOf(
  of: Case,
  { stored, facts, decision, person }: Carried,
  type: Exclude<EntityType, "company">,
  place: Partial<NewCrmItem>,
  mapped: NewCrmItem["fields"],
): NewCrmItem {
  const variables = variablesOf(facts, of.say(of.adapter.title));
  const { customer } = facts;
  return {
    type,
    originId: `${stored.id}:${type}`,
    title: titleBy(of, facts, type === "deal" ? decision.title.deal : decision.title.lead),
    ...(type !== "deal" && { name: customer.name || customer.username || calledBy(variables) }),
    ...(type !== "deal" && customer.lastName !== "" && { lastName: customer.lastName }),
    points: person.points.filter((point) => point.linkable).flatMap(asCrmPoint),
    ...(decision.responsible.person !== null && { responsible: decision.responsible.person }),
    ...place,
    fields: { ...utmOf(facts), ...mapped },
  };
}

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
