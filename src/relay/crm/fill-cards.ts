import type { Message } from "../../domain/message.ts";
import type { ContactPoint, EntityType, LinkedEntity, Person } from "../../domain/person.ts";
import type { CrmPoint } from "../../portal/contract/crm.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { Target } from "../../rules/decision.ts";
import { holdsNothing, mapFields } from "../../rules/fields.ts";
import { fieldProblemSentence } from "../../rules/texts/field-problems.ts";
import { variablesOf } from "../../rules/variables.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { answerOf, type Carried, type Case, type CrmDeps, unavailable } from "./context.ts";
import { lacks, type Searched } from "./gather-facts.ts";
import { doStep } from "./steps.ts";

type Mappable = Exclude<EntityType, "company">;

/**
 * Values for the fields of a card that the rules name. What could not be filled in stands beside the decision, once for
 * each field, as a step that was refused.
 */
export async function mappedFields(
  deps: CrmDeps,
  of: Case,
  { stored, decision, facts }: Pick<Carried, "stored" | "decision" | "facts">,
  type: Mappable,
): Promise<Readonly<Record<string, unknown>>> {
  if (!decision.fields.some((field) => field.entity === type)) return {};
  const variables = variablesOf(facts, of.say(of.adapter.title));
  const list = answerOf(await of.crm.fields(type));
  const { values, problems } = mapFields(decision.fields, type, variables, list, of.ruleset.time.zone);
  if (problems.length === 0) return values;
  const { portal } = of.conversation;
  const language = await deps.speech.languageOf(portal);
  for (const problem of problems) {
    const name = `field:${type}:${problem.field}`;
    if (!(await deps.store.decisions.beginStep(portal, stored.id, name))) continue;
    const sentence = fieldProblemSentence(problem, language);
    await deps.store.decisions.endStep(portal, stored.id, name, { kind: "refused", sentence });
  }
  return values;
}

/**
 * Fills in the mapped fields of cards that were there before: what is empty, and what the rules let us overwrite. UTM marks
 * of such a card say where it came from and stay as they are.
 *
 * Once for a session and card. Crash or an answer that never came: read and filled in again, which changes nothing more.
 */
export async function fillFound(deps: CrmDeps, of: Case, carried: Carried): Promise<void> {
  const { stored, decision } = carried;
  const { create, targets, fields } = decision;
  const contact: readonly Target[] =
    create.kind === "deal" && create.contact !== null ? [{ type: "contact", id: create.contact }] : [];
  for (const { type, id } of [...targets, ...contact]) {
    const name = `fields:${type}:${id}`;
    const isEnded = stored.steps.some(
      (step) => step.name === name && step.end !== undefined && step.end.kind !== "uncertain",
    );
    if (type === "company" || isEnded || !fields.some((field) => field.entity === type)) continue;
    const values = await mappedFields(deps, of, carried, type);
    if (Object.keys(values).length === 0) continue;
    await doStep(deps, stored, of.conversation.portal, {
      name,
      make: (leave) => fill(of, { type, id }, values, overwritten(fields, type), leave),
      find: () => Promise.resolve({ kind: "ok", value: undefined }),
    });
  }
}

const overwritten = (fields: Carried["decision"]["fields"], type: Mappable): ReadonlySet<string> =>
  new Set(fields.flatMap((field) => (field.entity === type && field.overwrite ? [field.field.toLowerCase()] : [])));

async function fill(
  of: Case,
  { type, id }: Target,
  values: Readonly<Record<string, unknown>>,
  overwrite: ReadonlySet<string>,
  leave: () => Promise<boolean>,
): Promise<PortalOutcome<string>> {
  if (!(await leave())) return { kind: "withdrawn" };
  const held = await of.crm.values(type, id);
  if (held.kind !== "ok") return held;
  const wanted = Object.entries(values).filter(
    ([name]) => overwrite.has(name.toLowerCase()) || holdsNothing(held.value[name]),
  );
  if (wanted.length === 0) return { kind: "ok", value: id };
  const outcome = await of.crm.update(type, id, Object.fromEntries(wanted));
  return outcome.kind === "ok" ? { kind: "ok", value: id } : outcome;
}

/**
 * Numbers and addresses that the person left in this session go into their contact, or else their lead: those that came
 * after its card was made, or were new with a card that was found. Those that are known from before are not: who deleted
 * one in the CRM wants it gone there, and it stays the link here.
 *
 * All of it is told by what is stored, so that it is done however often a worker dies before it. Twice: the card is read
 * first, unless the search of this very run has told what it lacks.
 */
export async function addContactData(
  deps: CrmDeps,
  of: Case,
  stored: StoredDecision,
  trigger: Message,
  searched: Searched,
): Promise<void> {
  const { portal } = of.conversation;
  const person = await deps.store.people.find(portal, stored.person);
  const card = person && cardFor(person);
  if (!card) return;
  const made = stored.steps.find(
    (step) => step.name === card.type && step.end?.kind === "done" && step.end.id === card.id,
  );
  const points = person.points.filter(
    (point) =>
      point.kind !== "messenger" &&
      point.linkable &&
      !isFoundBy(card, point, person) &&
      point.createdAt >= (made?.at ?? trigger.createdAt) &&
      !stored.steps.some((step) => step.name === stepOf(point) && step.end !== undefined),
  );
  if (points.length === 0) return;
  const absent = points.every((point) => lacks(searched, card, point));
  const outcome = await of.crm.addContactPoints(card.type, card.id, points.flatMap(asCrmPoint), absent);
  if (outcome.kind !== "ok" && outcome.kind !== "refused") throw unavailable(outcome);
  const end =
    outcome.kind === "ok"
      ? ({ kind: "done", id: card.id } as const)
      : ({ kind: "refused", sentence: outcome.sentence } as const);
  for (const point of points) {
    await deps.store.decisions.beginStep(portal, stored.id, stepOf(point));
    await deps.store.decisions.endStep(portal, stored.id, stepOf(point), end);
  }
}

/** The card was found by the only one of its kind that the person has: so it stands there. */
const isFoundBy = ({ why }: LinkedEntity, { kind }: ContactPoint, { points }: Person): boolean =>
  why === kind && points.filter((one) => one.kind === kind && one.linkable).length === 1;

const stepOf = ({ kind, key }: ContactPoint) => `data:${kind}:${key}`;

const cardFor = ({ entities }: Person) =>
  entities.find((one) => one.type === "contact") ?? entities.find((one) => one.type === "lead" && one.open);

/** As the CRM takes it; a messenger's id is nothing that a card can hold. */
export const asCrmPoint = ({ kind, key, shown }: ContactPoint): readonly CrmPoint[] =>
  kind === "messenger" ? [] : [{ kind, value: kind === "phone" ? key : shown }];
