/**
 * The engine at work: in an account without an open line, each run of a conversation's inbound lane lets it look at what has
 * happened and at what is due, keeps what it decides, and carries that out.
 *
 * Crash before it is kept: the next run decides the same. After it: what is to be said and told stands with it, and is done
 * by the next run, each once (`perform.ts`). Twice or late: everything up to a position is taken in once; what was due
 * several times is done once. Two workers: the lane's lease keeps them apart, and a step holds the account's lock. The
 * portal away: nobody new can be found, and it is looked again within a minute; what it is to be told waits. A fault of ours
 * holds up no message: those were dealt with before.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Dispatcher } from "../../dispatch/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { Content, Message } from "../../domain/message.ts";
import type { Logger } from "../../log/log.ts";
import { type OwnLine, ownLineSchema, shownName } from "../../rules/lines/own-line.ts";
import { holdingOf, isFreed, type OwnEffect, type OwnEvent, type OwnSession } from "../../rules/lines/own-session.ts";
import { stepThrough, wouldBegin } from "../../rules/lines/step.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import type {
  OutboxItem,
  OwnGround,
  OwnStep,
  StoredOwnLine,
  StoredOwnSession,
} from "../../store/contract/own-lines.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";
import type { News } from "../news.ts";
import { customerEvent, eventsSince, NOT_SEEN, type Seen, seenOf } from "./events.ts";
import { type KnownPeople, lineFacts, peopleFor, responsibleIn } from "./people.ts";
import { isForOutbox, type OutboxEffect, type PerformDeps, perform } from "./perform.ts";
import { under } from "./signature.ts";

export interface OwnMode {
  /** Whether the engine works for this account, so that nothing of it waits for a line. */
  isOn(account: Account): Promise<boolean>;
  /** What an agent wrote on a page of ours, under the name that customers of this account are to see. */
  signed(account: Account, row: Message, content: Content): Promise<Content>;
  /** Whether a message would begin a session; `undefined`: the engine does not work for this account. */
  wouldBegin(account: Account, message: Message): Promise<boolean | undefined>;
  /**
   * After the conversation's messages were dealt with. Answers when to come again.
   * @param bot a bot has the conversation
   */
  after(contents: LaneContents, adapter: ChannelAdapter, bot: boolean): Promise<Date | undefined>;
}

export interface OwnModeDeps extends PerformDeps {
  readonly store: PerformDeps["store"] & Pick<Store, "conversations" | "decisions">;
  readonly news: Pick<News, "ofConversation">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly log: Pick<Logger, "warn" | "error">;
}

/** What is kept of a conversation, whole. */
interface Kept {
  readonly own: OwnSession;
  readonly seen: Seen;
  /** When the settings were changed that it was judged by. */
  readonly settings: string;
}

const READ_AT_ONCE = 200;
const AGAIN_MS = 60_000;
/** So many of those that wait are looked at when somebody has room again; more than that nobody takes at once. */
const LOOKED_AT = 10;

export function createOwnMode(deps: OwnModeDeps): OwnMode {
  async function lineOf({
    portal,
    id,
    line,
  }: Account): Promise<(StoredOwnLine & { readonly own: OwnLine }) | undefined> {
    if (line !== undefined) return undefined;
    const stored = await deps.store.ownLines.find(portal, id);
    const own = stored && ownLineSchema.safeParse(stored.settings).data;
    return stored && own?.enabled ? { ...stored, own } : undefined;
  }

  /** In their order, after what was taken in already. */
  async function unseen(
    conversation: Conversation,
    session: StoredOwnSession | undefined,
  ): Promise<readonly Message[]> {
    const of = { conversation: conversation.id, limit: READ_AT_ONCE };
    const { messages } = deps.store;
    if (session) return messages.journal(conversation.portal, { ...of, after: session.seenSeq });
    const newest = await messages.journal(conversation.portal, { ...of, before: Number.MAX_SAFE_INTEGER });
    return newest.toReversed();
  }

  async function look(contents: LaneContents, adapter: ChannelAdapter, bot: boolean): Promise<Date | undefined> {
    const { account, conversation } = contents;
    const { portal, id } = conversation;
    const line = await lineOf(account);
    if (!line) return undefined;
    const before = await deps.store.ownLines.session(portal, id);
    if (before && !(await performAll(before.outbox, contents, adapter))) return again();
    const messages = await unseen(conversation, before);
    const now = await deps.store.conversations.find(portal, id);
    if (!now || now.movedTo !== undefined) return undefined;
    if (before && isNothingNew(before, now, messages, line, bot)) return before.dueAt;
    const people = await peopleOf(now, line.own);
    const step = await deps.store.ownLines.decide(portal, { account: account.id, conversation: id }, (ground) =>
      judge(adapter, line, people, messages, ground, bot),
    );
    if (!step) return undefined;
    const { own } = step.state as Kept;
    const { limit } = line.own;
    if (limit && isFreed((before?.state as Kept | undefined)?.own, own, limit.ignores))
      for (const lane of await deps.store.ownLines.lookNow(portal, account.id, deps.now(), LOOKED_AT))
        deps.dispatcher.wake(lane);
    if (step.stand || step.unanswered !== undefined || step.ratings.length > 0) deps.news.ofConversation(portal, id);
    if (!(await performAll(step.outbox, contents, adapter))) return again();
    return messages.length === READ_AT_ONCE ? deps.now() : step.dueAt;
  }

  function isNothingNew(
    { state, dueAt }: StoredOwnSession,
    now: Conversation,
    messages: readonly Message[],
    { changedAt }: StoredOwnLine,
    bot: boolean,
  ): boolean {
    const { own, seen, settings } = state as Kept;
    if (own.bot === true && !bot) return false;
    const isSeen = JSON.stringify(seen) === JSON.stringify(seenOf(now)) && settings === changedAt.toISOString();
    return isSeen && messages.length === 0 && !(dueAt && dueAt <= deps.now());
  }

  function judge(
    { greets }: Pick<ChannelAdapter, "greets">,
    line: StoredOwnLine & { readonly own: OwnLine },
    people: KnownPeople,
    messages: readonly Message[],
    ground: OwnGround,
    bot: boolean,
  ): OwnStep {
    const { conversation, session } = ground;
    const kept = session?.state as Kept | undefined;
    const news = messages.filter(({ seq, createdAt }) => seq > (session?.seenSeq ?? 0) && createdAt >= line.since);
    const events: OwnEvent[] = [...eventsSince(kept?.seen ?? NOT_SEEN, conversation, news)];
    const changedAt = line.changedAt.toISOString();
    if (kept && kept.settings !== changedAt) events.push({ kind: "settings-changed", at: line.changedAt.getTime() });
    const facts = { ...lineFacts(people, line.own, ground, deps.now()), bot };
    const isFirst = kept === undefined || kept.own.session === 0;
    const settings = greets && isFirst ? { ...line.own, greeting: null } : line.own;
    const { state: own, effects, dueAt } = stepThrough(kept?.own, events, settings, facts);
    const stand = effects.findLast((effect) => effect.kind === "stand");
    const seen = stand
      ? { open: stand.open, operator: stand.operator, accepted: stand.accepted }
      : seenOf(conversation);
    const mark = effects.findLast((effect) => effect.kind === "mark");
    const state: Kept = { own, seen, settings: changedAt };
    return {
      ...{ state, operator: own.operator, holding: holdingOf(own) },
      seenSeq: Math.max(session?.seenSeq ?? 0, ...messages.map(({ seq }) => seq)),
      outbox: [...(session?.outbox ?? []), ...effects.filter(isForOutbox)],
      dueAt: dueAt === undefined ? undefined : new Date(dueAt),
      ...(stand && { stand: seen }),
      ...(mark && { unanswered: mark.unanswered }),
      turns: effects.flatMap((effect) => (effect.kind === "turn" ? [effect.of] : [])),
      ratings: effects.filter(isRating),
    };
  }

  async function peopleOf({ portal, id }: Conversation, own: OwnLine): Promise<KnownPeople> {
    const decision = own.toResponsible ? await deps.store.decisions.current(portal, id) : undefined;
    return peopleFor(deps.portals.people(portal), own, responsibleIn(decision?.facts));
  }

  const performAll = (
    outbox: readonly OutboxItem[],
    { account, conversation }: Pick<LaneContents, "account" | "conversation">,
    adapter: ChannelAdapter,
  ) => perform(deps, adapter, account, conversation, outbox as readonly OutboxEffect[]);

  const again = () => new Date(deps.now().getTime() + AGAIN_MS);

  return {
    isOn: async (account) => (await lineOf(account)) !== undefined,
    async signed(account, { origin, portal }, content) {
      const line = origin.by === "surface" ? await lineOf(account) : undefined;
      if (!line || origin.by !== "surface" || line.own.agent.shown === "hidden") return content;
      const known = await deps.portals.people(portal).names([origin.authorId]);
      const profile = known.kind === "ok" ? known.value.get(origin.authorId) : undefined;
      return under(shownName(line.own, origin.authorId, profile), content);
    },
    async wouldBegin(account, message) {
      const line = await lineOf(account);
      if (!line) return undefined;
      const event = customerEvent(message, message.createdAt.getTime());
      if (!event) return false;
      const session = await deps.store.ownLines.session(account.portal, message.conversation);
      return wouldBegin((session?.state as Kept | undefined)?.own, event, line.own, deps.now().getTime());
    },
    async after(contents, adapter, bot) {
      const { account, conversation, portal } = contents;
      const isOff =
        !portal.active || !account.enabled || conversation.group === true || conversation.movedTo !== undefined;
      if (isOff) return undefined;
      try {
        return await look(contents, adapter, bot);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        deps.log.error({ err: error, conversation: conversation.id }, "A conversation could not be distributed");
        return again();
      }
    },
  };
}

const isRating = (effect: OwnEffect): effect is Extract<OwnEffect, { readonly kind: "rated" }> =>
  effect.kind === "rated";
