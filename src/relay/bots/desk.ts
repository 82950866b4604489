/**
 * An outside bot first: whoever begins a session talks to the account's bot until it hands over, closes, fails, or a person
 * takes the conversation. Works within the runs of the conversation's inbound lane, whose lease keeps two workers apart.
 *
 * - One request at a time in a conversation, in the order of its messages; each has an id that is the same when it is made
 *   again. An answer is kept before anything of it is said, and said under keys of its own: killed before it was kept, the
 *   bot is asked again under the same id; after it, what is left of it is said, once.
 * - What it says does not reach the customer, or may not have (the call was under way when we were killed): people take over.
 * - Slow, lying, gone: people take over, with a note why. After some failures in a row, over all conversations, the bot is
 *   left alone for a moment and people get everything at once.
 * - Whoever takes it over on a page of ours has it in the line, too: it is kept who that is until the line has been told.
 * - A person who writes or takes the conversation while the bot thinks: what it says then is not said.
 * - In an account that feeds a line nothing goes there while the bot talks; on a hand-over all of it does, in its order and
 *   under the bot's name; what the bot closed by itself stays on our own surfaces.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { type AccountId, type MediaId, messageId } from "../../domain/ids.ts";
import type { Attachment, Message } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { BotAnswer } from "../../rules/bots/protocol.ts";
import { type BotSettings, botSettingsSchema } from "../../rules/bots/settings.ts";
import { type BotMessage, type BotTalk, finish, type Judged, judge, leave, NO_TALK } from "../../rules/bots/talk.ts";
import type { StoredBot } from "../../store/contract/bots.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";
import type { ReplyAcceptor } from "../accept-reply.ts";
import type { News } from "../news.ts";
import { type Speech, sayIn } from "../speech.ts";
import { botContent, botEvent } from "./event.ts";
import type { BotCaller, BotReply } from "./ports.ts";
import { botMessage, saidBy, unseenBy, type ViewDeps } from "./view.ts";

export interface BotsDeps extends ViewDeps {
  readonly store: Pick<Store, "bots" | "conversations" | "desk" | "messages" | "notes">;
  readonly caller: BotCaller;
  readonly replies: Pick<ReplyAcceptor, "speak">;
  readonly portals: Pick<PortalDirectory, "chatsOf">;
  readonly speech: Speech;
  /** A signed link for the bot. */
  readonly link: (media: MediaId) => string;
  readonly news: Pick<News, "ofConversation">;
  readonly log: Pick<Logger, "error" | "info">;
  readonly now: () => Date;
}

export interface BotStand {
  /** The bot has it: nobody else is looked for. */
  readonly talking: boolean;
  /** What the bot closed, up to this position, is for no line. */
  readonly keptUpTo: number;
  /** Who took it over and is to have it in the line, too. */
  readonly takenBy?: string | undefined;
}

export interface Bots {
  /** Before anything is done with the conversation's messages. */
  look(contents: LaneContents, adapter: ChannelAdapter | undefined): Promise<BotStand>;
  /**
   * After it: asks the bot, and says what it answers.
   * @param fetched files of a message, kept by us as far as they can be had
   * @returns `over`: people have it now, or it is closed, so there is more to be done with the messages; or when to come again
   */
  talk(
    contents: LaneContents,
    adapter: ChannelAdapter,
    fetched: (message: Message) => Promise<readonly Attachment[]>,
  ): Promise<"over" | "done" | Date>;
  /**
   * All of it stands in the line now: accepts it there in the name of whoever took it over from the bot. What the portal refuses is
   * said in a note. Answers when to come again, where the portal could not be asked.
   */
  giveInLine(contents: LaneContents): Promise<Date | undefined>;
}

/** As it is kept. */
interface Kept {
  readonly talk: BotTalk;
  /** Answered, and not all of it carried out. `seq`: of the message; absent: of the beginning. */
  readonly pending?: { readonly id: string; readonly seq?: number; readonly answer: BotAnswer } | undefined;
  /** What it said last: whether that reached the customer is looked at until it says something else. */
  readonly said?: { readonly id: string; readonly count: number } | undefined;
}

interface Known {
  readonly stored: StoredBot;
  readonly settings: BotSettings;
}

export const BOT_AUTHOR = "bot";
const NO_BOT: BotStand = { talking: false, keptUpTo: 0 };
/** As rulesets are: whoever changes them sees it at once, other processes within this time. */
const REMEMBER_MS = 3_000;
const REMEMBERED = 10_000;
/** In one run of the lane; what is left is for the next. */
const TURNS = 20;
/** After a fault of ours: long enough not to spin. */
const AFTER_FAULT_MS = 60_000;
const MOST_FAILURES = 5;
const REST_MS = 60_000;
const GIVE_AGAIN_MS = 5_000;
const NOT_REACHED = "What the bot said did not reach the customer, or may not have.";
const NOT_GIVEN = "Bitrix24 did not give this chat to the colleague who took it over from the bot.";
/** The account's row is not written with every answer. */
const ANSWERED_EVERY_MS = 10_000;

export function createBots(deps: BotsDeps): Bots {
  const { bots, conversations } = deps.store;
  const remembered = new Map<AccountId, { readonly bot: Known | undefined; readonly until: number }>();
  const answeredAt = new Map<AccountId, number>();

  async function botOf({ portal, id }: Account): Promise<Known | undefined> {
    const known = remembered.get(id);
    if (known && known.until > deps.now().getTime()) return known.bot;
    const stored = await bots.find(portal, id);
    const settings = stored && botSettingsSchema.safeParse(stored.settings).data;
    const bot = stored && settings && { stored, settings };
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(id, { bot, until: deps.now().getTime() + REMEMBER_MS });
    return bot;
  }

  async function keptOf({ portal, id }: Conversation): Promise<Kept> {
    return ((await bots.talk(portal, id)) as Kept | undefined) ?? { talk: NO_TALK };
  }

  async function judged(account: Account, conversation: Conversation, kept: Kept, bot: Known): Promise<Judged> {
    const { settings, stored } = bot;
    const unseen = await unseenBy(deps, conversation, kept.talk.seenSeq, stored.since);
    const messages: BotMessage[] = [];
    for (const one of unseen) messages.push(await botMessage(deps, account, conversation, kept.talk, one));
    const { operator } = conversation;
    const judgement = judge(kept.talk, {
      settings: settings.enabled ? settings : undefined,
      broken: stored.brokenUntil !== undefined && stored.brokenUntil > deps.now(),
      open: conversation.open,
      taken: operator !== undefined,
      messages,
    });
    const isTakenNow = kept.talk.phase === "talking" && judgement.talk.phase === "left" && operator !== undefined;
    if (!isTakenNow || account.line === undefined) return judgement;
    return { ...judgement, talk: { ...judgement.talk, takenBy: operator } };
  }

  async function keep(
    { portal, id }: Account,
    { id: conversation }: Conversation,
    kept: Kept,
    bot: Known,
  ): Promise<void> {
    const holds = kept.talk.phase === "talking" ? bot.settings.name : null;
    const isNews = await bots.keepTalk(portal, { account: id, conversation }, kept, holds);
    if (isNews) deps.news.ofConversation(portal, conversation);
  }

  async function look(
    { account, conversation, portal }: LaneContents,
    adapter: ChannelAdapter | undefined,
  ): Promise<BotStand> {
    // Where nobody can be answered there is nothing for a bot to say.
    const isOff =
      !portal.active || !account.enabled || adapter === undefined || adapter.capabilities.oneWay !== undefined;
    if (isOff || conversation.group === true || conversation.movedTo !== undefined) return NO_BOT;
    const bot = await botOf(account);
    if (!bot) return NO_BOT;
    const kept = await keptOf(conversation);
    const now = (await conversations.find(conversation.portal, conversation.id)) ?? conversation;
    const over = sessionEnded(kept.talk, now);
    if (!over && kept.talk.phase === "talking" && (await isLost(conversation, kept.said))) {
      const talk = leave(kept.talk, "failed");
      const say = await sayIn(deps.speech, conversation.portal);
      await note(conversation, `bot-lost:${kept.said?.id}`, `${say(NOT_REACHED)} ${say(TAKE_OVER)}`);
      await keep(account, conversation, { talk }, bot);
      return { talking: false, keptUpTo: talk.keptUpTo };
    }
    const { talk } = await judged(account, now, over ? { ...kept, talk: over } : kept, bot);
    if (JSON.stringify(talk) !== JSON.stringify(kept.talk)) await keep(account, conversation, { ...kept, talk }, bot);
    return { talking: talk.phase === "talking", keptUpTo: talk.keptUpTo, takenBy: talk.takenBy };
  }

  async function giveInLine({ account, conversation }: LaneContents): Promise<Date | undefined> {
    const bot = await botOf(account);
    if (!bot) return undefined;
    const kept = await keptOf(conversation);
    const { takenBy, ...talk } = kept.talk;
    if (takenBy === undefined) return undefined;
    const { portal, id } = conversation;
    const now = (await conversations.find(portal, id)) ?? conversation;
    const isOthers = now.operator !== undefined && now.operator !== takenBy;
    if (account.line !== undefined && now.imChatId !== undefined && !isOthers) {
      const chats = deps.portals.chatsOf(portal, takenBy);
      const outcome = await chats.act(now.imChatId, { kind: "accept" });
      // Without their token the portal cannot be asked in their name.
      if (outcome.kind === "refused" || outcome.kind === "unauthorised") {
        const say = await sayIn(deps.speech, portal);
        await note(conversation, `bot-taken:${id}.${talk.session}`, `${say(NOT_GIVEN)} ${say(outcome.sentence)}`);
        await conversations.learn(portal, id, { operator: null, accepted: false });
      } else if (outcome.kind === "ok") {
        const look = await chats.look(now.imChatId);
        const seen =
          look.kind === "ok" && look.value.sessionId !== undefined ? { sessionId: look.value.sessionId } : {};
        await conversations.learn(portal, id, { ...seen, open: true, operator: takenBy, accepted: true });
      } else return new Date(deps.now().getTime() + GIVE_AGAIN_MS);
      deps.news.ofConversation(portal, id);
    }
    await keep(account, conversation, { ...kept, talk }, bot);
    return undefined;
  }

  async function talkOn(
    { account, conversation }: LaneContents,
    adapter: ChannelAdapter,
    fetched: (message: Message) => Promise<readonly Attachment[]>,
  ): Promise<"over" | "done" | Date> {
    const bot = await botOf(account);
    if (!bot) return "done";
    const language = await deps.speech.languageOf(account.portal);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const kept = await keptOf(conversation);
      const now = (await conversations.find(conversation.portal, conversation.id)) ?? conversation;
      if (kept.pending) {
        if (await carryOut(account, now, adapter, bot, { ...kept, pending: kept.pending })) return "over";
        continue;
      }
      const { talk, ask } = await judged(account, now, kept, bot);
      const told = { account, conversation: now, session: talk.session, language, at: deps.now() };
      if (talk.ended !== null) {
        // Once at most: it is told before it is known whether the bot heard it.
        await keep(account, now, { talk: { ...talk, ended: null } }, bot);
        await deps.caller.ask(addressOf(bot), botEvent(told, { event: "closed", reason: talk.ended }, deps.link));
        continue;
      }
      if (JSON.stringify(talk) !== JSON.stringify(kept.talk)) await keep(account, now, { ...kept, talk }, bot);
      if (kept.talk.phase === "talking" && talk.phase !== "talking") return "over";
      if (talk.phase !== "talking" || !ask) return "done";
      const message = talk.started ? await deps.store.messages.find(account.portal, messageId(ask.id)) : undefined;
      if (talk.started && !message) {
        await keep(account, now, { talk: { ...talk, seenSeq: ask.seq } }, bot);
        continue;
      }
      const event = message
        ? botEvent(told, { event: "message", message, files: await fetched(message) }, deps.link)
        : botEvent(told, { event: "started" }, deps.link);
      const reply = await deps.caller.ask(addressOf(bot), event);
      if (reply.kind === "failed") {
        await fail(account, now, bot, { talk, seq: message ? ask.seq : undefined, event: event.id }, reply);
        return "over";
      }
      await heard(account, bot);
      const pending = { id: event.id, answer: reply.answer, ...(message && { seq: ask.seq }) };
      await keep(account, now, { ...kept, talk: { ...talk, started: true }, pending }, bot);
    }
    return deps.now();
  }

  /** @returns whether people have it now, or it is over */
  async function carryOut(
    account: Account,
    conversation: Conversation,
    adapter: ChannelAdapter,
    bot: Known,
    { talk, pending }: Kept & { readonly pending: NonNullable<Kept["pending"]> },
  ): Promise<boolean> {
    const { portal, id } = conversation;
    const seen = pending.seq === undefined ? talk : { ...talk, seenSeq: Math.max(talk.seenSeq, pending.seq) };
    if (talk.phase !== "talking" || (await isTaken(conversation, seen))) {
      await keep(account, conversation, { talk: leave(seen, "taken") }, bot);
      return true;
    }
    const { answer } = pending;
    const withButtons = adapter.capabilities.parts.buttons.out !== "impossible";
    for (const [n, message] of answer.messages.entries()) {
      const key = `bot:${pending.id}:${n}`;
      await deps.replies.speak({
        ...{ portal, conversation: id, content: botContent(message, withButtons), key, at: deps.now() },
        by: { by: "bot", key, name: bot.settings.name },
      });
    }
    if (answer.note) await note(conversation, `bot:${pending.id}`, answer.note);
    if (answer.tags && answer.tags.length > 0) {
      const tags = [...new Set([...(conversation.tags ?? []), ...answer.tags])];
      await deps.store.desk.change(portal, [id], { tags });
      deps.news.ofConversation(portal, id);
    }
    if (answer.action === "continue") {
      const said = answer.messages.length > 0 ? { said: { id: pending.id, count: answer.messages.length } } : {};
      await keep(account, conversation, { talk: seen, ...said }, bot);
      return false;
    }
    if (answer.action === "handover") {
      await keep(account, conversation, { talk: leave(seen, "handover") }, bot);
      return true;
    }
    await conversations.learn(portal, id, { open: false, operator: null, accepted: false });
    await deps.store.desk.change(portal, [id], { noReplyNeeded: true });
    await keep(account, conversation, { talk: finish(seen, "closed", seen.seenSeq) }, bot);
    deps.news.ofConversation(portal, id);
    return true;
  }

  /** The customer did not get all of it, or may not have. */
  async function isLost({ portal }: Conversation, said: Kept["said"]): Promise<boolean> {
    for (let n = 0; n < (said?.count ?? 0); n += 1) {
      const row = await deps.store.messages.findByOrigin(portal, `bot:${said?.id}:${n}`);
      if (row && (row.state === "refused" || row.state === "failed" || row.state === "uncertain")) return true;
    }
    return false;
  }

  /** A person has it, or has written since. */
  async function isTaken({ portal, id, operator }: Conversation, { seenSeq }: BotTalk): Promise<boolean> {
    if (operator !== undefined) return true;
    const since = await deps.store.messages.journal(portal, { conversation: id, after: seenSeq, limit: 50 });
    return since.some((message) => saidBy(message) === "person");
  }

  async function fail(
    account: Account,
    conversation: Conversation,
    bot: Known,
    at: { readonly talk: BotTalk; readonly seq: number | undefined; readonly event: string },
    { sentence }: Extract<BotReply, { readonly kind: "failed" }>,
  ): Promise<void> {
    const { portal, id } = conversation;
    const { talk, seq, event } = at;
    deps.log.info({ portal, account: account.id, conversation: id, sentence }, "A bot failed; people take over");
    remembered.delete(account.id);
    const until = new Date(deps.now().getTime() + REST_MS);
    await bots.failed(portal, account.id, { sentence, most: MOST_FAILURES, until });
    const say = await sayIn(deps.speech, portal);
    await note(conversation, `bot-failed:${event}`, `${say(sentence)} ${say(TAKE_OVER)}`);
    if (bot.settings.failureReply !== null && !(await isTaken(conversation, talk))) {
      const key = `bot:${event}:failed`;
      await deps.replies.speak({
        ...{ portal, conversation: id, key, at: deps.now() },
        content: { body: plainText(bot.settings.failureReply), attachments: [] },
        by: { by: "bot", key, name: bot.settings.name },
      });
    }
    const seen = seq === undefined ? talk : { ...talk, seenSeq: seq };
    await keep(account, conversation, { talk: leave(seen, "failed") }, bot);
  }

  async function note({ portal, id }: Conversation, clientId: string, text: string): Promise<void> {
    await deps.store.notes.add(portal, { conversation: id, authorId: BOT_AUTHOR, clientId, text, mentions: [] });
    deps.news.ofConversation(portal, id);
  }

  async function heard({ portal, id }: Account, { stored }: Known): Promise<void> {
    const now = deps.now().getTime();
    const failedSince = stored.failure && !(stored.answeredAt && stored.answeredAt > stored.failure.at);
    if (!failedSince && now - (answeredAt.get(id) ?? 0) < ANSWERED_EVERY_MS) return;
    if (answeredAt.size >= REMEMBERED) answeredAt.clear();
    answeredAt.set(id, now);
    remembered.delete(id);
    await bots.answered(portal, id);
  }

  return {
    look,
    giveInLine,
    async talk(contents, adapter, fetched) {
      try {
        return await talkOn(contents, adapter, fetched);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        deps.log.error({ err: error, conversation: contents.conversation.id }, "A bot could not be asked");
        return new Date(deps.now().getTime() + AFTER_FAULT_MS);
      }
    },
  };
}

/** The session was ended around the bot: by silence, or by whoever closed it. */
function sessionEnded(talk: BotTalk, { open }: Conversation): BotTalk | undefined {
  if (talk.phase !== "talking" || !talk.wasOpen || open) return undefined;
  return finish(talk, "off", talk.seenSeq);
}

const addressOf = ({ settings, stored }: Known) => ({
  ...{ url: settings.url, secret: stored.secret, timeoutMs: settings.timeoutSeconds * 1000 },
});

const TAKE_OVER = "A person takes over.";
