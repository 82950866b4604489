import type { Target } from "./decision.ts";
import type { CrmEntity, EntityType, Facts } from "./facts.ts";
import type { Reason } from "./reasons.ts";
import type { Groups } from "./ruleset.ts";

/** What was found in the CRM, sorted out: freshest first, so that nothing depends on the order in which it arrived. */
export interface Found {
  readonly all: readonly CrmEntity[];
  readonly open: Readonly<Record<"lead" | "deal", readonly CrmEntity[]>>;
  readonly closed: Readonly<Record<"lead" | "deal", readonly CrmEntity[]>>;
  readonly contacts: readonly CrmEntity[];
  readonly companies: readonly CrmEntity[];
}

export function sortFound(found: Facts["crm"]["found"]): Found {
  const once = new Map(found.toSorted(byFreshness).map((entity) => [`${entity.type}:${entity.id}`, entity] as const));
  const fresh = [...once.values()].toSorted(byFreshness);
  const of = (type: EntityType) => fresh.filter((entity) => entity.type === type);
  const [leads, deals] = [of("lead"), of("deal")];
  return {
    all: fresh,
    open: { lead: leads.filter((one) => one.open), deal: deals.filter((one) => one.open) },
    closed: { lead: leads.filter((one) => !one.open), deal: deals.filter((one) => !one.open) },
    contacts: of("contact"),
    companies: of("company"),
  };
}

/** Freshest first; of two equally fresh the younger one, by its number. */
function byFreshness(a: CrmEntity, b: CrmEntity): number {
  const [first, second] = [Date.parse(a.lastActiveAt), Date.parse(b.lastActiveAt)];
  if (first !== second) return second - first;
  const length = b.id.length - a.id.length;
  if (length !== 0) return length;
  if (a.id !== b.id) return a.id < b.id ? 1 : -1;
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

export interface Choice {
  readonly targets: readonly CrmEntity[];
  readonly reasons: readonly Reason[];
}

/**
 * Groups 4 and 5: which of what was found takes a repeat contact that creates neither lead nor deal.
 *
 * Open leads and deals first, in the order of the priority; closed ones only when all are closed; then the contact, then
 * the company. Nothing at all means that it is no repeat contact after all.
 */
export function chooseTargets(found: Found, rules: Groups["comments"]): Choice {
  const order = rules.priority === "leads" ? (["lead", "deal"] as const) : (["deal", "lead"] as const);
  const [firstOpen] = order.flatMap((type) => found.open[type].slice(0, 1));
  if (firstOpen && rules.priority === "both") {
    const both = order.flatMap((type) => found.open[type].slice(0, 1));
    return {
      targets: both,
      reasons: both.map((one) => chosen("target-last-active", one, found.open[one.type as "lead"])),
    };
  }
  if (firstOpen)
    return {
      targets: [firstOpen],
      reasons: [chosen("target-last-active", firstOpen, found.open[firstOpen.type as "lead"])],
    };

  const reasons: Reason[] = [];
  const closed = order.flatMap((type) => found.closed[type].slice(0, 1));
  const [lastClosed] = rules.priority === "both" ? closed.toSorted(byFreshness) : closed;
  if (lastClosed && rules.addToClosed)
    return {
      targets: [lastClosed],
      reasons: [chosen("target-last-closed", lastClosed, found.closed[lastClosed.type as "lead"])],
    };
  if (lastClosed) reasons.push({ code: "target-skips-closed", about: { type: lastClosed.type, id: lastClosed.id } });
  const [known] = [...found.contacts, ...found.companies];
  if (!known) return { targets: [], reasons };
  return { targets: [known], reasons: [...reasons, chosen("target-contact", known, [known])] };
}

/** Where an agent moved the conversation to, as far as it still exists among what was found. */
export function pinnedTargets(pinned: readonly Target[], { all }: Found): readonly CrmEntity[] {
  const once = new Set(pinned.map(({ type, id }) => `${type}:${id}`));
  return [...once].flatMap((name) => all.find((one) => `${one.type}:${one.id}` === name) ?? []);
}

const chosen = (
  code: "target-last-active" | "target-last-closed" | "target-contact",
  one: CrmEntity,
  among: readonly CrmEntity[],
): Reason => ({
  code,
  about: { type: one.type, id: one.id, by: one.by, among: among.length },
});
