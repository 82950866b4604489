import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { ConversationId, PersonId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { Person } from "../../domain/person.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import { ownerFor } from "../../rules/compile.ts";
import type { Decision, Target } from "../../rules/decision.ts";
import { evaluate } from "../../rules/evaluate.ts";
import { factsSchema } from "../../rules/facts.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import type { NewPoint } from "../../store/contract/people.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { StoreUnavailable } from "../../store/contract.ts";
import { type Case, type CrmDeps, CrmUnavailable } from "./context.ts";
import { type Carried, createCards } from "./create.ts";
import { gatherFacts, messageFacts } from "./gather-facts.ts";
import type { Identify, Sender } from "./identify.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Rules } from "./rulesets.ts";
import { addActivities, writeComments } from "./write-comments.ts";

export interface BelongingDeps extends CrmDeps {
  readonly portals: Pick<PortalDirectory, "crm" | "people">;
  readonly rules: Rules;
  readonly identify: Identify;
}

/** What is known of a conversation's rows before they are delivered. */
export interface Beforehand {
  /** Whether the open line is to have them at all. */
  readonly line: boolean;
}

/** So long an agent waits at most for the card that is to be there first. */
const PATIENCE_MS = 2_000;
/** After a fault of ours: long enough not to spin. */
const AFTER_FAULT_MS = 60_000;

/**
 * Who wrote, and where it belongs: decided before a message is delivered, carried out around the delivery.
 *
 * `before` finds the person and decides; where our rules make a lead or deal and the message opens a session, the card is
 * made first, because the portal then links its chat to it by the phone or e-mail. It never holds a delivery up for more
 * than two seconds, and never for an error: an agent must see the message even when the CRM fails.
 * `after` does all that is left, and answers when to come again if something could not be done.
 *
 * The decision is a row before anything is written, each write a step of it (`steps.ts`): a crash anywhere is picked up
 * by the next run of the lane.
 */
export interface Belonging {
  before(contents: LaneContents, adapter: ChannelAdapter, rows: readonly Message[]): Promise<Beforehand>;
  after(contents: LaneContents, adapter: ChannelAdapter): Promise<Date | undefined>;
  /** Whether anything of this account's conversations is written into the CRM by us: replies then wake the inbound lane. */
  writes(account: Account): Promise<boolean>;
}

export function createBelonging(deps: BelongingDeps): Belonging {
  /** What `before` did not wait for. The lane is one run at a time, so `after` finds its own. */
  const unfinished = new Map<ConversationId, Promise<unknown>>();

  const caseOf = async ({ account, conversation }: LaneContents, adapter: ChannelAdapter): Promise<Case> => {
    const { ruleset, version } = await deps.rules.of(conversation.portal);
    const { portal } = conversation;
    const { crm, people } = deps.portals;
    return { account, adapter, conversation, ruleset, version, crm: crm(portal), people: people(portal) };
  };

  /** Who makes things is told by the account and its line alone: where it is the line, nothing is asked of the CRM. */
  const preview = (of: Case, rows: readonly Message[]): Decision =>
    evaluate(factsSchema.parse(messageFacts(of, undefined, rows, deps.now(), of.ruleset)), of.ruleset);

  async function begin(of: Case, sender: Sender, rows: readonly [Message, ...Message[]]): Promise<Beforehand> {
    const [head] = rows;
    const { portal, id } = of.conversation;
    const current = await deps.store.decisions.current(portal, id);
    const goesOn = current !== undefined && (of.conversation.open || current.message === head.id);
    const stored = goesOn
      ? current
      : await deps.store.decisions.begin(portal, { conversation: id, person: sender.person, message: head.id });
    const { decision } = await placed(of, stored, sender.person, rows, sender.added);
    return { line: decision.transfer.line };
  }

  /** Decided, and its cards made; what they are and what else takes the comments. */
  async function placed(
    of: Case,
    stored: StoredDecision,
    personId: PersonId,
    rows: readonly Message[],
    added: readonly NewPoint[],
  ): Promise<Carried & { readonly targets: readonly Target[] }> {
    const place = async () => {
      const person = await deps.store.people.find(of.conversation.portal, personId);
      if (!person) throw new CrmUnavailable("The person was joined with another one just now.", 1_000);
      const carried = await decide(of, stored, person, rows, added);
      await addContactData(of, carried, added);
      return { ...carried, targets: await createCards(deps, of, carried) };
    };
    return isMade(stored, added) ? place() : oneAtATime(deps.store.locks, personId, place);
  }

  /** Decides once for a session, and again when a customer who could not be answered has left contact data. */
  async function decide(
    of: Case,
    stored: StoredDecision,
    person: Person,
    rows: readonly Message[],
    added: readonly NewPoint[],
  ): Promise<Carried> {
    const made = stored.decision as Decision | undefined;
    const waits = made?.create.kind === "later" && added.length > 0;
    if (made && !waits) return { stored, person, decision: made, facts: factsSchema.parse(stored.facts) };
    const facts = await gatherFacts(deps, of, person, rows);
    const decision = evaluate(facts, of.ruleset);
    const { person: chosen, givenBy } = decision.responsible;
    await deps.store.decisions.decide(of.conversation.portal, stored.id, {
      rulesetVersion: of.version,
      facts,
      decision,
      ...(chosen !== null && givenBy !== null && { given: { filter: givenBy, person: chosen } }),
    });
    return { stored, person, decision, facts };
  }

  /** A number or address that came later goes into the person's lead or contact. */
  async function addContactData(of: Case, { person, stored }: Carried, added: readonly NewPoint[]): Promise<void> {
    const points = added.flatMap(({ kind, key, shown }) =>
      kind === "messenger" ? [] : [{ kind, value: kind === "phone" ? key : shown }],
    );
    const card =
      person.entities.find((one) => one.type === "contact") ??
      person.entities.find((one) => one.type === "lead" && one.open);
    if (points.length === 0 || !card || stored.decision === undefined) return;
    const outcome = await of.crm.addContactPoints(card.type, card.id, points);
    if (outcome.kind !== "ok")
      deps.log.warn({ decision: stored.id, outcome: outcome.kind }, "Contact data could not be added to the card");
  }

  async function finish(of: Case): Promise<void> {
    const { portal, id } = of.conversation;
    const stored = await deps.store.decisions.current(portal, id);
    // As it is now: the delivery has opened the session, or an event closed it.
    const conversation = stored && (await deps.store.conversations.find(portal, id));
    if (!conversation) return;
    const now = { ...of, conversation };
    const trigger = await deps.store.messages.find(portal, stored.message);
    const { targets, ...carried } = await placed(now, stored, stored.person, trigger ? [trigger] : [], []);
    await addActivities(deps, now, carried, targets);
    const isOver = !conversation.open;
    if (carried.decision.comments.when === "live" || isOver) await writeComments(deps, now, carried, targets);
  }

  return {
    async before(contents, adapter, rows) {
      const [head, ...rest] = rows;
      const of = await caseOf(contents, adapter);
      const sender = await deps.identify(of.account, of.conversation, rows, of.ruleset);
      const { owner, transfer } = preview(of, rows);
      if (!head || !sender || owner === "line") return { line: transfer.line };
      const work = begin(of, sender, [head, ...rest]);
      unfinished.set(
        of.conversation.id,
        work.catch(() => undefined),
      );
      try {
        return await withinTime(work, PATIENCE_MS);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        if (!(error instanceof CrmUnavailable))
          deps.log.error({ err: error, conversation: of.conversation.id }, "A message could not be placed in the CRM");
        return { line: transfer.line };
      }
    },

    async after(contents, adapter) {
      const { conversation } = contents;
      await unfinished.get(conversation.id);
      unfinished.delete(conversation.id);
      if (conversation.group === true || !(await writes(contents.account))) return undefined;
      try {
        await finish(await caseOf(contents, adapter));
        return undefined;
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        if (error instanceof CrmUnavailable) return new Date(deps.now().getTime() + error.afterMs);
        deps.log.error({ err: error, conversation: conversation.id }, "A decision could not be carried out");
        return new Date(deps.now().getTime() + AFTER_FAULT_MS);
      }
    },

    writes,
  };

  async function writes(account: Account): Promise<boolean> {
    const { ruleset } = await deps.rules.of(account.portal);
    return ownerFor({ account: account.id, line: account.line ?? null }, ruleset) === "rules";
  }
}

/** Nothing is left to decide or to make: what is still to be written needs nobody to wait. */
function isMade({ decision, steps }: StoredDecision, added: readonly NewPoint[]): boolean {
  if (decision === undefined) return false;
  const { create } = decision as Decision;
  if (create.kind === "later") return added.length === 0;
  if (create.kind !== "lead" && create.kind !== "deal" && create.kind !== "contact") return true;
  return steps.some((step) => step.name === create.kind && (step.end?.kind === "done" || step.end?.kind === "refused"));
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new CrmUnavailable("The portal takes its time.", 0)), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
