import { z } from "zod";
import { type ConversationId, type LaneId, laneOf, type PortalId } from "../../domain/ids.ts";
import type { EntityType } from "../../domain/person.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import { planFor } from "../../rules/compile.ts";
import type { Target } from "../../rules/decision.ts";
import { followsTransfers } from "../../rules/ruleset.ts";
import { whoIsFollowed } from "../../rules/transfers.ts";
import type { Seen, StoredDecision } from "../../store/contract/rules.ts";
import type { Store } from "../../store/contract.ts";
import { answerOf, type Carried, type Case, type CrmDeps, certain } from "./context.ts";
import type { Rules } from "./rulesets.ts";
import { doStep } from "./steps.ts";

/**
 * The portal tells no application of a transfer. An operator's message or a text of the line in the chat is a reason to ask;
 * otherwise the chat's traffic is, once in a while.
 */
const LOOK_MS = 5 * 60_000;

export interface TransferDeps extends CrmDeps {
  readonly portals: Pick<PortalDirectory, "lines">;
}

/** What the portal tells that may be a transfer. Durable when it returns: the lanes are due. */
export interface TransferEars {
  heardOfChat(portal: PortalId, conversation: ConversationId, at: Date, author?: string): Promise<readonly LaneId[]>;
  heardOfCard(portal: PortalId, type: EntityType, id: string, at: Date): Promise<readonly LaneId[]>;
}

export function createTransferEars(store: Pick<Store, "decisions" | "lanes">, rules: Rules): TransferEars {
  const due = async (portal: PortalId, conversations: readonly ConversationId[]): Promise<readonly LaneId[]> => {
    const lanes = conversations.map((conversation) => laneOf("in", conversation, portal));
    for (const lane of lanes) await store.lanes.makeDue(lane);
    return lanes;
  };
  const isDeaf = async (portal: PortalId) => !followsTransfers((await rules.of(portal)).ruleset);

  return {
    async heardOfChat(portal, conversation, at, author) {
      if (await isDeaf(portal)) return [];
      const isNews = await store.decisions.noteChatChanged(portal, conversation, at, author);
      return isNews ? due(portal, [conversation]) : [];
    },
    async heardOfCard(portal, type, id, at) {
      if ((type !== "lead" && type !== "deal") || (await isDeaf(portal))) return [];
      return due(portal, await store.decisions.noteCardChanged(portal, { type, id }, at));
    },
  };
}

const stateSchema = z.object({
  operator: z.string().nullable().default(null),
  cards: z.record(z.string(), z.string()).default({}),
  /** Transfers so far: each one's steps have names of their own. */
  count: z.int().default(0),
  lookedAt: z.string().optional(),
});

interface Card {
  readonly type: "lead" | "deal";
  readonly id: string;
  readonly responsible: string | null;
  readonly known: string | null;
}

/**
 * Whoever has the chat is responsible for the open leads and deals of its decision, and the other way round; the last change
 * counts. Reads how it is, and writes only where that differs: a line that does the same by its own setting is met with
 * the work done.
 *
 * Our own writes come back as events and find nothing to do: what we write is noted before it is written, for every
 * conversation that knows the card. Crash in between: what was told is still noted as news, so it is looked at again, and
 * each write is a step with a record of its own. Refused (an employee who may not have the chat, a card that we may not
 * change): told beside the decision, and both sides stay as they are until somebody changes them again.
 */
export async function followTransfers(
  deps: TransferDeps,
  of: Case,
  carried: Pick<Carried, "stored" | "decision" | "facts">,
  targets: readonly Target[],
): Promise<void> {
  const { decision, facts } = carried;
  const { portal, imChatId, open } = of.conversation;
  // Switched off meanwhile: at once, not with the next session.
  const isOn = decision.followTransfers && planFor(facts, of.ruleset).groups.responsible.followTransfers;
  if (!isOn || !open || imChatId === undefined) return;
  const stored = await deps.store.decisions.find(portal, carried.stored.id);
  if (!stored || stored.ended) return;
  const state = stateSchema.parse(stored.follow ?? {});
  const seen: Seen = { chat: stored.chatChangedAt, card: stored.cardChangedAt };
  const lookedAt = state.lookedAt === undefined ? stored.at : new Date(state.lookedAt);
  const asksChat = seen.chat !== undefined || deps.now().getTime() - lookedAt.getTime() >= LOOK_MS;
  if (!asksChat && seen.card === undefined) return;

  const acting = (await deps.store.portals.find(portal))?.userId;
  const cards = await openCards(of, { ...carried, stored }, targets, state.cards, acting);
  const isMoved =
    seen.card !== undefined && cards.some((card) => card.known !== null && card.responsible !== card.known);
  const operator = asksChat || isMoved ? await operatorNow(deps, of, imChatId) : state.operator;
  const followed = whoIsFollowed({
    operator,
    knownOperator: state.operator,
    cards,
    chatAt: seen.chat?.getTime() ?? null,
    cardAt: seen.card?.getTime() ?? null,
  });
  let nowOperator = operator ?? state.operator;
  const nowCards: Record<string, string> = { ...state.cards };
  for (const card of cards) {
    const { type, id, responsible, known } = card;
    const person = followed ? await setResponsible(deps, of, stored, card, followed.person, state.count) : known;
    if ((person ?? responsible) !== null) nowCards[`${type}:${id}`] = (person ?? responsible) as string;
  }
  if (followed && followed.person !== operator)
    nowOperator = await handOver(deps, of, stored, {
      chat: imChatId,
      to: followed.person,
      from: nowOperator,
      acting,
      nth: state.count,
    });
  await deps.store.decisions.noteFollowed(
    portal,
    stored.id,
    {
      operator: nowOperator,
      cards: nowCards,
      count: state.count + (followed ? 1 : 0),
      lookedAt: deps.now().toISOString(),
    },
    seen,
  );
}

/** Whoever has it, if that is a person: a bot that greets is nobody to be responsible. */
async function operatorNow(deps: TransferDeps, of: Case, chat: string): Promise<string | null> {
  const operator = answerOf(await deps.portals.lines(of.conversation.portal).operatorOf(chat));
  if (operator === undefined) return null;
  const writers = answerOf(await deps.writers.whoAre(of.conversation.portal, [operator]));
  return writers?.get(operator)?.isPerson === false ? null : operator;
}

/** As they are now. What was known of one before anybody looked is what the decision made of it, or found. */
async function openCards(
  of: Case,
  { stored, decision, facts }: Pick<Carried, "stored" | "decision" | "facts">,
  targets: readonly Target[],
  known: Readonly<Record<string, string>>,
  acting: string | undefined,
): Promise<readonly Card[]> {
  const cards: Card[] = [];
  for (const type of ["deal", "lead"] as const) {
    const ids = targets.flatMap((target) => (target.type === type ? [target.id] : []));
    for (const { id, open, responsible } of certain(await of.crm.list({ type, ids }))) {
      if (!open) continue;
      const isMade = stored.steps.some(({ name, end }) => name === type && end?.kind === "done" && end.id === id);
      const before = isMade
        ? (decision.responsible.person ?? acting)
        : facts.crm.found.find((one) => one.type === type && one.id === id)?.responsible;
      cards.push({ type, id, responsible: responsible ?? null, known: known[`${type}:${id}`] ?? before ?? null });
    }
  }
  return cards;
}

/** Answers who is responsible afterwards. */
async function setResponsible(
  deps: TransferDeps,
  of: Case,
  stored: StoredDecision,
  { type, id, responsible }: Card,
  person: string,
  nth: number,
): Promise<string | null> {
  const { portal } = of.conversation;
  if (responsible === person) return person;
  const result = await doStep(deps, stored, portal, {
    name: `follow:${nth}:${type}:${id}:${person}`,
    make: async (leave) => {
      if (!(await leave())) return { kind: "withdrawn" };
      await deps.store.decisions.noteResponsible(portal, { type, id }, person);
      return named(await of.crm.update(type, id, { assignedById: Number(person) }), person);
    },
    find: async () => {
      const found = await of.crm.list({ type, ids: [id] });
      if (found.kind !== "ok") return found;
      return { kind: "ok", value: found.value[0]?.responsible === person ? person : undefined };
    },
  });
  if (result.kind === "done") return person;
  if (responsible !== null) await deps.store.decisions.noteResponsible(portal, { type, id }, responsible);
  return responsible;
}

interface HandOver {
  readonly chat: string;
  readonly to: string;
  readonly from: string | null;
  /** In whose name we act. */
  readonly acting: string | undefined;
  readonly nth: number;
}

/** Answers who has the chat afterwards, as the portal tells: it may wait for them to take it. */
async function handOver(
  deps: TransferDeps,
  of: Case,
  stored: StoredDecision,
  { chat, to, from, acting, nth }: HandOver,
): Promise<string | null> {
  const lines = deps.portals.lines(of.conversation.portal);
  const result = await doStep(deps, stored, of.conversation.portal, {
    name: `follow:${nth}:chat:${to}`,
    make: async (leave) =>
      named(await (to === acting ? lines.intercept(chat, leave) : lines.transfer(chat, to, leave)), to),
    find: async () => {
      const operator = await lines.operatorOf(chat);
      if (operator.kind !== "ok") return operator;
      return { kind: "ok", value: operator.value === to ? to : undefined };
    },
  });
  if (result.kind === "refused") return from;
  const operator = await lines.operatorOf(chat);
  return operator.kind === "ok" ? (operator.value ?? from) : to;
}

const named = (outcome: PortalOutcome<void>, person: string): PortalOutcome<string> =>
  outcome.kind === "ok" ? { kind: "ok", value: person } : outcome;
