import type { Check, Subject } from "./conditions.ts";
import type { Responsible } from "./decision.ts";
import type { CrmEntity, Facts, Person } from "./facts.ts";
import type { Reason } from "./reasons.ts";
import type { Groups, Who } from "./ruleset.ts";

export interface Chosen {
  readonly responsible: Responsible;
  readonly reasons: readonly Reason[];
}

/** The default's own counter among those of the filters. */
const DEFAULT = "default";

/**
 * Group 7: who is responsible. Who is so already for what was found stays it; else the first filter that matches and
 * names somebody who works here; else whoever wrote to the customer first; else whose mailbox it came to; else the default;
 * else nobody in particular.
 */
export function chooseResponsible(
  subject: Subject,
  entities: readonly CrmEntity[],
  rules: Groups["responsible"],
  checks: readonly Check[],
): Chosen {
  const { directory } = subject.facts;
  const reasons: Reason[] = [];
  if (rules.fromEntity) {
    const entity = entities.find((one) => one.responsible !== undefined && isHere(one.responsible, directory));
    if (entity?.responsible !== undefined) {
      const about = { type: entity.type, id: entity.id, person: entity.responsible };
      return {
        responsible: { person: entity.responsible, givenBy: null },
        reasons: [{ code: "responsible-entity", about }],
      };
    }
  }
  for (const [index, filter] of rules.filters.entries()) {
    if (checks[index]?.(subject) !== true) continue;
    const about = { filter: filter.id, name: filter.name, number: index + 1 };
    const person = pick(filter.who, filter.id, directory);
    if (person === undefined) {
      reasons.push({ code: "responsible-absent", about });
      continue;
    }
    reasons.push({ code: "responsible-filter", about: { ...about, person } });
    return { responsible: { person, givenBy: filter.who.kind === "department" ? filter.id : null }, reasons };
  }
  const writer = subject.facts.begunBy;
  if (writer !== null && isHere(writer, directory)) {
    reasons.push({ code: "responsible-writer", about: { person: writer } });
    return { responsible: { person: writer, givenBy: null }, reasons };
  }
  const { owner } = subject.facts.mail;
  if (owner !== null && isHere(owner, directory)) {
    reasons.push({ code: "responsible-box-owner", about: { person: owner } });
    return { responsible: { person: owner, givenBy: null }, reasons };
  }
  const fallback = rules.otherwise;
  const person = fallback === null ? undefined : pick(fallback, DEFAULT, directory);
  if (person === undefined) {
    reasons.push({ code: "responsible-nobody" });
    return { responsible: { person: null, givenBy: null }, reasons };
  }
  reasons.push({ code: "responsible-default", about: { person } });
  return { responsible: { person, givenBy: fallback?.kind === "department" ? DEFAULT : null }, reasons };
}

function pick(who: Who, counter: string, directory: Facts["directory"]): string | undefined {
  if (who.kind === "person") return isHere(who.id, directory) ? who.id : undefined;
  const members = Object.hasOwn(directory.departments, who.id) ? (directory.departments[who.id] ?? []) : [];
  const known = new Map(directory.people.map((person) => [person.id, person]));
  const free = members.flatMap((id) => {
    const person = known.get(id) ?? { id, active: true, absent: false, load: 0, given: 0 };
    return person.active && !person.absent ? [person] : [];
  });
  switch (who.spread) {
    case "evenly":
      return least(free, (person) => person.given)?.id;
    case "least-loaded":
      return least(free, (person) => person.load)?.id;
    case "in-order": {
      const last = Object.hasOwn(directory.lastGiven, counter)
        ? members.indexOf(directory.lastGiven[counter] ?? "")
        : -1;
      const turn = [...members.slice(last + 1), ...members.slice(0, last + 1)];
      return turn.find((id) => free.some((person) => person.id === id));
    }
  }
}

/** The first of those that have least. */
function least(people: readonly Person[], of: (person: Person) => number): Person | undefined {
  let found: Person | undefined;
  for (const person of people) if (!found || of(person) < of(found)) found = person;
  return found;
}

/** Whoever was not read counts as working here: the portal refuses what it must. */
const isHere = (id: string, directory: Facts["directory"]): boolean =>
  directory.people.find((person) => person.id === id)?.active ?? true;
