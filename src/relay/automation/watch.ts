/**
 * Finds in conversations what triggers wait for, and keeps it for whoever fires them (`firing.ts`).
 *
 * Nothing is queued on the way: each run of a conversation's inbound lane looks at what was said since the last look and at how
 * the conversation stands, and keeps what it finds in one transaction with how far it looked.
 *
 * Crash before that: the next run finds the same. After it: a cause has a key, and counts once for a trigger. Twice, in two
 * processes: the schema keeps one. A time that is over ("no answer in 30 minutes") is the lane's own due time, so it survives
 * restarts; late, it is found with the next run. A fault of ours holds up no message: those were dealt with before.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import { type Conversation, standingAlone } from "../../domain/conversation.ts";
import type { AccountId, ConversationId, PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { Cause, Trigger } from "../../domain/trigger.ts";
import type { Logger } from "../../log/log.ts";
import { causesOf, fires, tooLong, type Waiting } from "../../rules/automation/causes.ts";
import { afterOpenTime } from "../../rules/lines/open-hours.ts";
import { type OwnLine, ownLineSchema } from "../../rules/lines/own-line.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import type { NewFiring } from "../../store/contract/triggers.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";

export interface TriggerWatch {
  /** After the conversation's messages were dealt with. Answers when to come again. */
  after(contents: LaneContents, adapter: ChannelAdapter): Promise<Date | undefined>;
  /** What was found elsewhere. */
  happened(
    portal: PortalId,
    place: { readonly conversation: ConversationId; readonly account: AccountId },
    causes: readonly Cause[],
  ): Promise<void>;
  /** Whether anything waits for anything in this portal. */
  watches(portal: PortalId): Promise<boolean>;
  /** They were changed here: the next look reads them. Other processes see it within seconds. */
  forget(portal: PortalId): void;
}

export interface TriggerWatchDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "desk" | "messages" | "ownLines" | "triggers">;
  readonly log: Pick<Logger, "error">;
  readonly now: () => Date;
}

const REMEMBER_MS = 3_000;
const REMEMBERED = 5_000;
const AT_ONCE = 100;
const AGAIN_MS = 60_000;
const MINUTE_MS = 60_000;

export function createTriggerWatch(deps: TriggerWatchDeps): TriggerWatch {
  const known = new Map<PortalId, { readonly triggers: readonly Trigger[]; readonly until: number }>();

  async function triggersOf(portal: PortalId): Promise<readonly Trigger[]> {
    const kept = known.get(portal);
    if (kept && kept.until > deps.now().getTime()) return kept.triggers;
    const triggers = (await deps.store.triggers.list(portal)).filter(({ enabled }) => enabled);
    if (known.size >= REMEMBERED) known.clear();
    known.set(portal, { triggers, until: deps.now().getTime() + REMEMBER_MS });
    return triggers;
  }

  async function look({ conversation: before, account }: LaneContents): Promise<Date | undefined> {
    const triggers = await triggersOf(account.portal);
    const conversation = triggers.length === 0 ? undefined : await findNow(before);
    if (!conversation) return undefined;
    const { portal, id } = conversation;
    const mark = await deps.store.triggers.mark(portal, id);
    const messages = await saidSince(conversation, mark?.seenSeq);
    const own = account.line === undefined ? await ownLineOf(account) : undefined;
    const open = account.line === undefined ? standingAlone(conversation).open : conversation.open;
    const causes = causesOf(mark, {
      ...{ channel: account.channel, conversation, open, messages },
      fromTheBeginning: await isBeginning(conversation, messages),
      ratings: own ? await ratingsOf(portal, id) : undefined,
    });
    const waiting = await waitingIn(conversation, account, triggers, own);
    const now = deps.now();
    const late = waiting ? tooLong(id, waiting, now) : [];
    const firings = firingsOf(triggers, [...causes, ...late], account);
    const seenSeq = Math.max(mark?.seenSeq ?? 0, ...messages.map(({ seq }) => seq));
    const isNews = mark === undefined || mark.seenSeq !== seenSeq || mark.open !== open;
    if (firings.length > 0 || isNews) await deps.store.triggers.note(portal, id, firings, { seenSeq, open }, now);
    if (messages.length === AT_ONCE && mark !== undefined) return now;
    const times = (waiting?.due ?? []).map(({ at }) => at.getTime()).filter((at) => at > now.getTime());
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }

  async function findNow({ portal, id }: Conversation): Promise<Conversation | undefined> {
    const now = await deps.store.conversations.find(portal, id);
    return now?.movedTo === undefined && now?.group !== true ? now : undefined;
  }

  /** In their order. Where nobody has looked yet: the latest ones. */
  async function saidSince({ portal, id }: Conversation, after: number | undefined): Promise<readonly Message[]> {
    const of = { conversation: id, limit: AT_ONCE };
    if (after !== undefined) return deps.store.messages.journal(portal, { ...of, after });
    return (await deps.store.messages.journal(portal, { ...of, before: Number.MAX_SAFE_INTEGER })).toReversed();
  }

  async function isBeginning({ portal, id }: Conversation, messages: readonly Message[]): Promise<boolean> {
    const first = messages.find(({ direction, origin }) => direction === "in" && origin.by === "channel");
    if (!first) return false;
    const before = { conversation: id, direction: "in", before: first.seq, limit: 1 } as const;
    return (await deps.store.messages.journal(portal, before)).length === 0;
  }

  async function ownLineOf({ portal, id }: Account): Promise<OwnLine | undefined> {
    const stored = await deps.store.ownLines.find(portal, id);
    const own = stored && ownLineSchema.safeParse(stored.settings).data;
    return own?.enabled ? own : undefined;
  }

  async function ratingsOf(portal: PortalId, conversation: ConversationId) {
    const all = await deps.store.ownLines.ratings(portal, conversation);
    return all.flatMap(({ session, stars, ratedAt }) =>
      stars === undefined || ratedAt === undefined ? [] : [{ session, stars, at: ratedAt }],
    );
  }

  async function waitingIn(
    conversation: Conversation,
    account: Account,
    triggers: readonly Trigger[],
    own: OwnLine | undefined,
  ): Promise<Waiting | undefined> {
    const wanted = triggers.filter(
      ({ kind, filter }) =>
        kind === "no-answer" &&
        (filter.channel ?? account.channel) === account.channel &&
        (filter.account ?? account.id) === account.id,
    );
    if (wanted.length === 0) return undefined;
    const [found] = await deps.store.desk.find(conversation.portal, [conversation.id]);
    const since = found?.desk.waitingSince;
    if (!since) return undefined;
    const due = wanted.flatMap((trigger) => {
      const at = afterOpenTime(own?.hours ?? null, since.getTime(), (trigger.filter.minutes ?? 0) * MINUTE_MS);
      return at === undefined ? [] : [{ trigger, at: new Date(at) }];
    });
    return { since, due };
  }

  return {
    async after(contents) {
      try {
        return await look(contents);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        deps.log.error({ err: error, conversation: contents.conversation.id }, "Triggers could not be looked for");
        return new Date(deps.now().getTime() + AGAIN_MS);
      }
    },
    async happened(portal, { conversation, account: id }, causes) {
      const triggers = await triggersOf(portal);
      const account = triggers.length === 0 ? undefined : await deps.store.accounts.find(portal, id);
      const firings = account ? firingsOf(triggers, causes, account) : [];
      if (firings.length > 0) await deps.store.triggers.note(portal, conversation, firings, undefined, deps.now());
    },
    watches: async (portal) => (await triggersOf(portal)).length > 0,
    forget: (portal) => void known.delete(portal),
  };
}

const firingsOf = (triggers: readonly Trigger[], causes: readonly Cause[], account: Account): readonly NewFiring[] =>
  causes.flatMap((cause) =>
    triggers
      .filter((trigger) => fires(trigger, cause, { channel: account.channel, account: account.id }))
      .map((trigger) => ({ trigger: trigger.id, cause: cause.key })),
  );
