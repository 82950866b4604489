import type { CrmItem, CrmRef } from "../../portal/contract/crm.ts";
import type { Decision } from "../../rules/decision.ts";
import type { Facts } from "../../rules/facts.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { type Case, type CrmDeps, certain } from "./context.ts";
import { mayShareThread } from "./letters.ts";

/**
 * Where a thread of letters stands already, when it goes on in another box: there it is another conversation, with readers, a
 * line and an address of its own, and it is one thread for the CRM. Where somebody moved it comes first, and else where it
 * began. Reads alone.
 *
 * Both boxes at once: whoever decides second finds what the first one has decided; two that decide in the same moment go by the
 * rules, each for itself, until the next letter (`stoodElsewhere`). A box that is kept apart has threads of its own.
 */
export interface ThreadPlace {
  readonly cards: readonly CrmRef[];
  /** An agent said so. */
  readonly moved: boolean;
  /** When it was decided there first. */
  readonly at: Date;
}

export async function threadPlace(deps: CrmDeps, of: Case): Promise<ThreadPlace | undefined> {
  if (of.adapter.capabilities.letters !== true) return undefined;
  const { portal } = of.conversation;
  const places: ThreadPlace[] = [];
  for (const { id, account, person } of await deps.store.conversations.elsewhere(of.conversation)) {
    const box = await deps.store.accounts.find(portal, account);
    if (!box || !mayShareThread(of.account, box)) continue;
    const decisions = await deps.store.decisions.ofConversation(portal, id, LOOK_BACK);
    const at = decisions.at(-1)?.at;
    const entities = person === undefined ? [] : ((await deps.store.people.find(portal, person))?.entities ?? []);
    const chosen = entities.filter((one) => one.chosen === true);
    const [cards = []] = chosen.length > 0 ? [chosen] : decisions.map(placesOf).filter((found) => found.length > 0);
    if (at && cards.length > 0)
      places.push({ cards: cards.map(({ type, id: card }) => ({ type, id: card })), moved: chosen.length > 0, at });
  }
  const [first] = places.toSorted(
    (one, other) => Number(other.moved) - Number(one.moved) || one.at.getTime() - other.at.getTime(),
  );
  return first;
}

/**
 * Whether a decision has to be made anew, because the thread stands in another card: it was joined with an older one, or moved
 * in another box. What that decision knew already is no news, so a card that is gone is not looked for at every letter.
 */
export async function stoodElsewhere(deps: CrmDeps, of: Case, current: StoredDecision): Promise<boolean> {
  const facts = current.facts as Facts | undefined;
  if (facts === undefined) return false;
  const place = await threadPlace(deps, of);
  if (!place || !(place.moved || place.at < current.at)) return false;
  const isSame = (cards: readonly CrmRef[]) => namesOf(cards) === namesOf(place.cards);
  return !isSame(facts.crm.thread) && !isSame(placesOf(current));
}

const namesOf = (cards: readonly CrmRef[]): string =>
  cards
    .map(({ type, id }) => `${type} ${id}`)
    .toSorted()
    .join();

/** Decisions of a thread, newest first: one that is to be made anew tells nothing yet. */
const LOOK_BACK = 5;

/** What a decision has made, and else what it has chosen. */
function placesOf({ decision, steps }: StoredDecision): readonly CrmRef[] {
  const made = steps.flatMap(({ name, end }) =>
    (name === "deal" || name === "lead" || name === "contact") && end?.kind === "done" && end.id !== undefined
      ? [{ type: name, id: end.id } as const]
      : [],
  );
  const [main] = made.filter(({ type }) => type !== "contact");
  if (main) return [main];
  return made.length > 0 ? made : ((decision as Decision | undefined)?.targets ?? []);
}

/** As the portal has them now; what is gone is left out. */
export async function readCards(of: Case, cards: readonly CrmRef[]): Promise<readonly CrmItem[]> {
  const items: CrmItem[] = [];
  for (const type of new Set(cards.map((card) => card.type))) {
    const ids = cards.filter((card) => card.type === type).map(({ id }) => id);
    items.push(...certain(await of.crm.list({ type, ids })));
  }
  return items;
}
