import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { ConversationId, PersonId, PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { Person } from "../../domain/person.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import { ownerFor, planFor } from "../../rules/compile.ts";
import type { Decision, Target } from "../../rules/decision.ts";
import { evaluate } from "../../rules/evaluate.ts";
import { factsSchema } from "../../rules/facts.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";
import { sayIn } from "../speech.ts";
import { type Carried, type Case, type CrmDeps, CrmUnavailable } from "./context.ts";
import { createCards } from "./create.ts";
import { addContactData, fillFound } from "./fill-cards.ts";
import { gatherFacts, knownFound, messageFacts, type Searched } from "./gather-facts.ts";
import type { Identify, Sender } from "./identify.ts";
import { isAsking, isHomeless, isTracker } from "./letters.ts";
import { tellSeen } from "./letters-seen.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { readLink } from "./portal-link.ts";
import type { Rules } from "./rulesets.ts";
import { isSameSession, NEVER, sessionEnd } from "./session.ts";
import { stoodElsewhere } from "./thread-card.ts";
import { createTransferEars, followTransfers, type TransferEars } from "./transfers.ts";
import { judgeSession, mayBeMissed } from "./unanswered.ts";
import { addActivities, writeComments } from "./write-comments.ts";
import { writeLetters } from "./write-letters.ts";

export interface BelongingDeps extends CrmDeps {
  readonly store: CrmDeps["store"] & Pick<Store, "lanes">;
  readonly portals: Pick<PortalDirectory, "crm" | "lines" | "people">;
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
/** Of a thread that could not be judged at once, so many letters are looked at for one that asks for something. */
const LETTERS_JUDGED = 20;
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
export interface Belonging extends TransferEars {
  /** @param waitsForLine what is for a line, and whose account has none, is decided when it has one; default: it is */
  before(
    contents: LaneContents,
    adapter: ChannelAdapter,
    rows: readonly Message[],
    waitsForLine?: boolean,
  ): Promise<Beforehand>;
  after(contents: LaneContents, adapter: ChannelAdapter): Promise<Date | undefined>;
  /** What the rules say of rows that open nothing: changes of what was said. */
  goesToLine(contents: LaneContents, adapter: ChannelAdapter, rows: readonly Message[]): Promise<boolean>;
  /** Whether anything of this account's conversations is written into the CRM by us: replies then wake the inbound lane. */
  writes(account: Account): Promise<boolean>;
}

export function createBelonging(deps: BelongingDeps): Belonging {
  /** What `before` did not wait for. The lane is one run at a time, so `after` finds its own. */
  const unfinished = new Map<ConversationId, Promise<unknown>>();
  /** What deciding has found out about cards in this run of the lane, so that they need not be read to be filled in. */
  const searches = new Map<ConversationId, Searched>();

  const caseOf = async (
    { account, conversation, portal: { gapAt } }: LaneContents,
    adapter: ChannelAdapter,
  ): Promise<Case> => {
    const { ruleset, version } = await deps.rules.of(conversation.portal);
    const { portal } = conversation;
    const { crm, people } = deps.portals;
    const say = await sayIn(deps.speech, portal);
    return { account, adapter, conversation, gapAt, ruleset, version, say, crm: crm(portal), people: people(portal) };
  };

  /** What can be told without a question to the CRM: who makes things, and what goes to the line. */
  async function preview(of: Case, person: PersonId | undefined, rows: readonly Message[]): Promise<Decision> {
    const factsWith = (known?: Person) =>
      factsSchema.parse({
        ...messageFacts(of, known, rows, deps.now(), of.ruleset),
        crm: { found: knownFound(known) },
      });
    const bare = factsWith();
    const isAsked = planFor(bare, of.ruleset).transfer.line.length > 0;
    const known = isAsked && person ? await deps.store.people.find(of.conversation.portal, person) : undefined;
    return evaluate(known ? factsWith(known) : bare, of.ruleset);
  }

  async function begin(
    of: Case,
    sender: Sender,
    rows: readonly [Message, ...Message[]],
    toLine: boolean,
  ): Promise<Beforehand> {
    const [head] = rows;
    const { portal, id } = of.conversation;
    const current = await deps.store.decisions.current(portal, id);
    const goesOn = current !== undefined && (await isSameSession(deps, of, current, rows, toLine));
    const stored = goesOn
      ? await withHome(of, current, rows)
      : await deps.store.decisions.begin(portal, { conversation: id, person: sender.person, message: head.id });
    const { decision } = await placed(of, stored, rows);
    return { line: decision.transfer.line && !isTracker(of.account, of.adapter) };
  }

  /** A thread that found no card, because nobody asked for one: now a customer does. Or one that stands elsewhere by now. */
  async function withHome(of: Case, current: StoredDecision, rows: readonly Message[]): Promise<StoredDecision> {
    if (!isTracker(of.account, of.adapter)) return current;
    const isAsked = isHomeless(current) && rows.some(isAsking);
    if (!isAsked && !(await stoodElsewhere(deps, of, current))) return current;
    const { portal, id } = of.conversation;
    await deps.store.decisions.renew(portal, id);
    return (await deps.store.decisions.current(portal, id)) ?? current;
  }

  /** Decided, and its cards made; what they are and what else takes the comments. */
  async function placed(
    of: Case,
    stored: StoredDecision,
    rows: readonly Message[],
  ): Promise<Carried & { readonly targets: readonly Target[] }> {
    const { portal } = of.conversation;
    const place = async (now: StoredDecision, person: Person) => {
      const carried = await decide(of, now, person, rows);
      return { ...carried, targets: await createCards(deps, of, carried) };
    };
    const person = await personOf(portal, stored);
    if (isMade(stored, person)) return place(stored, person);
    return oneAtATime(deps.store.locks, person.id, async () => {
      // Whoever was at it before has decided, or made something, or joined this person with another one.
      const now = (await deps.store.decisions.find(portal, stored.id)) ?? stored;
      return place(now, await personOf(portal, now));
    });
  }

  async function personOf(portal: PortalId, { person }: StoredDecision): Promise<Person> {
    const found = await deps.store.people.find(portal, person);
    if (!found) throw new CrmUnavailable("The person was joined with another one just now.", 1_000);
    return found;
  }

  /** Decides once for a session, and again when a customer who could not be answered has left contact data. */
  async function decide(of: Case, stored: StoredDecision, person: Person, rows: readonly Message[]): Promise<Carried> {
    const made = stored.decision as Decision | undefined;
    if (made && !waitsNoMore(made, person))
      return { stored, person, decision: made, facts: factsSchema.parse(stored.facts) };
    const { facts, searched } = await gatherFacts(deps, of, person, await withOpening(of, stored, rows));
    searches.set(of.conversation.id, searched);
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

  /** A session is judged by the message that opened it, also when that could not be done at once. */
  async function withOpening(of: Case, stored: StoredDecision, rows: readonly Message[]): Promise<readonly Message[]> {
    if (rows.some((row) => row.id === stored.message)) return rows;
    const opening = await deps.store.messages.find(of.conversation.portal, stored.message);
    return opening ? [opening, ...rows] : rows;
  }

  /** All that is left of the conversation's decisions; answers when to look again. */
  async function finish(of: Case): Promise<Date | undefined> {
    const again = await finishCurrent(of);
    const { portal, id } = of.conversation;
    for (const over of await deps.store.decisions.unjudged(portal, id)) await judgeSession(deps, of, over);
    return again;
  }

  /** What a session is judged by where that was not done before its message was delivered. */
  async function openingOf(
    of: Case,
    stored: StoredDecision,
    trigger: Message | undefined,
  ): Promise<readonly Message[]> {
    if (!trigger) return [];
    if (stored.decision !== undefined || !isTracker(of.account, of.adapter)) return [trigger];
    const { portal, id } = of.conversation;
    const since = { conversation: id, after: trigger.seq, limit: LETTERS_JUDGED };
    return [trigger, ...(await deps.store.messages.journal(portal, since))];
  }

  async function finishCurrent(of: Case): Promise<Date | undefined> {
    const { portal, id } = of.conversation;
    const stored = await deps.store.decisions.current(portal, id);
    // As it is now: the delivery has opened the session, or an event closed it.
    const conversation = stored && (await deps.store.conversations.find(portal, id));
    if (!conversation) return undefined;
    const now = { ...of, conversation };
    const trigger = await deps.store.messages.find(portal, stored.message);
    const { targets, ...carried } = await placed(now, stored, await openingOf(now, stored, trigger));
    if (!carried.decision.transfer.crm) return undefined;
    if (isTracker(of.account, of.adapter)) {
      await writeLetters(deps, now, carried, targets);
      await tellSeen(deps, now, carried, targets);
      await fillFound(deps, now, carried);
      if (trigger) await addContactData(deps, now, carried.stored, trigger, searches.get(id) ?? []);
      return undefined;
    }
    await addActivities(deps, now, carried, targets);
    const overAt = sessionEnd(now, carried);
    const isOver = overAt <= deps.now();
    if (carried.decision.comments.when === "live" || isOver) await writeComments(deps, now, carried, targets);
    await fillFound(deps, now, carried);
    if (trigger) await addContactData(deps, now, carried.stored, trigger, searches.get(id) ?? []);
    await readLink(deps, now, stored, targets.length);
    await followTransfers(deps, now, carried, targets);
    if (overAt === NEVER) return undefined;
    // With the card that this run may have made.
    const made = (await deps.store.decisions.find(portal, stored.id)) ?? stored;
    if (isOver) await judgeSession(deps, now, made);
    const waits = carried.decision.comments.when === "end" || mayBeMissed(made, carried.decision);
    return isOver || !waits ? undefined : overAt;
  }

  return {
    ...createTransferEars(deps.store, deps.rules),

    async before(contents, adapter, rows, waitsForLine = true) {
      const { conversation } = contents;
      let line = !isTracker(contents.account, adapter);
      try {
        const of = await caseOf(contents, adapter);
        const sender = await deps.identify(of.account, conversation, rows, of.ruleset);
        const { owner, transfer } = await preview(of, sender?.person, rows);
        const tracked = isTracker(of.account, adapter);
        line = transfer.line && !tracked;
        const [head, ...rest] = rows;
        // Without a line there is nothing to decide yet: it waits for one, unless the rules keep it out of any.
        const waits = of.account.line === undefined && line && waitsForLine;
        if (!head || !sender || owner === "line" || waits || rows.every((row) => isAside(row, adapter)))
          return { line };
        const work = begin(of, sender, [head, ...rest], line);
        unfinished.set(conversation.id, Promise.allSettled([unfinished.get(conversation.id), work]));
        return await withinTime(work, PATIENCE_MS);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        if (!(error instanceof CrmUnavailable))
          deps.log.error({ err: error, conversation: conversation.id }, "A message could not be placed in the CRM");
        return { line };
      }
    },

    async after(contents, adapter) {
      const { conversation } = contents;
      await unfinished.get(conversation.id);
      unfinished.delete(conversation.id);
      if (conversation.group === true || !(await writes(contents.account))) return undefined;
      try {
        return await finish(await caseOf(contents, adapter));
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        if (error instanceof CrmUnavailable) return new Date(deps.now().getTime() + error.afterMs);
        deps.log.error({ err: error, conversation: conversation.id }, "A decision could not be carried out");
        return new Date(deps.now().getTime() + AFTER_FAULT_MS);
      } finally {
        // Whoever tries again later reads what stands there by then.
        searches.delete(conversation.id);
      }
    },

    async goesToLine(contents, adapter, rows) {
      if (isTracker(contents.account, adapter)) return false;
      const of = await caseOf(contents, adapter);
      return (await preview(of, of.conversation.person, rows)).transfer.line;
    },

    writes,
  };

  async function writes(account: Account): Promise<boolean> {
    const { ruleset } = await deps.rules.of(account.portal);
    return ownerFor({ account: account.id, line: account.line ?? null }, ruleset) === "rules";
  }
}

/** Told beside a site's message (where its visitor came from): it opens nothing by itself. */
const isAside = ({ content }: Message, { capabilities }: ChannelAdapter): boolean =>
  capabilities.leaves === true && content.notice === "other";

/** Nothing is left to decide or to make: what is still to be written needs nobody to wait. */
function isMade({ decision, steps }: StoredDecision, person: Person): boolean {
  if (decision === undefined) return false;
  const { create } = decision as Decision;
  if (create.kind === "later") return !waitsNoMore(decision as Decision, person);
  if (create.kind !== "lead" && create.kind !== "deal" && create.kind !== "contact") return true;
  return steps.some((step) => step.name === create.kind && (step.end?.kind === "done" || step.end?.kind === "refused"));
}

/** It was put off until the customer can be answered, and now they can. */
const waitsNoMore = ({ create }: Decision, { points }: Person): boolean =>
  create.kind === "later" && points.some((point) => point.kind !== "messenger" && point.linkable);

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new CrmUnavailable("The portal takes its time.", 0)), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
