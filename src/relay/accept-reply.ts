import { createHash } from "node:crypto";
import type { Dispatcher } from "../dispatch/contract.ts";
import type { Conversation } from "../domain/conversation.ts";
import { type ConversationId, conversationId, type MessageId, messageId, type PortalId } from "../domain/ids.ts";
import type { AutomaticOrigin, Content, LineBot, Message } from "../domain/message.ts";
import { plainText, type RichText } from "../domain/rich-text.ts";
import type { Logger } from "../log/log.ts";
import type { Metrics } from "../log/metrics.ts";
import type { VoiceWay } from "../portal/contract.ts";
import type { Accepted, ReplyRow } from "../store/contract/accept.ts";
import type { Store } from "../store/contract.ts";
import { echoOf } from "./echoes.ts";
import type { LineWriters } from "./line-writers.ts";
import type { Addressing, LetterDraft } from "./mail/addressing.ts";
import type { News } from "./news.ts";

/** What an operator did in Open Lines, in neutral words. `chatId` is ours (we sent it), `im*` are the portal's. */
export type OperatorAction = OperatorMessage | OperatorEdit | OperatorRemoval;

interface ActionBase {
  readonly portal: PortalId;
  readonly chatId: string;
  readonly imChatId: string;
  readonly imMessageId: string;
  readonly at: Date;
}

export interface OperatorMessage extends ActionBase {
  readonly kind: "message";
  readonly authorId?: string | undefined;
  readonly content: Content;
  /** It came as an event: what was said before it may still be on its way. */
  readonly waits?: boolean | undefined;
  /** Ids that the portal keeps for the connector, where it tells them. */
  readonly externalIds?: readonly string[] | undefined;
}

export interface OperatorEdit extends ActionBase {
  readonly kind: "edit";
  readonly content: Content;
  readonly externalIds?: readonly string[] | undefined;
}

export interface OperatorRemoval extends ActionBase {
  readonly kind: "delete";
  readonly externalIds?: readonly string[] | undefined;
}

/** An agent put an emoji on a message, or took theirs off (`emoji` is empty then), on a surface of ours. */
export interface AgentReaction {
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly target: MessageId;
  readonly emoji: string;
  /** Made by the page: the same one twice is one reaction. */
  readonly clientId: string;
  readonly authorId: string;
  readonly at: Date;
}

/** An agent wrote on a surface of ours. What the channel cannot do was refused before. */
export interface AgentMessage {
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly content: Content;
  /** Made by the page: the same one twice is one message. */
  readonly clientId: string;
  readonly authorId: string;
  readonly at: Date;
}

/** Something that nobody wrote at this moment: said by ourselves, or by a robot, a bot, a provider. */
export interface OwnWords {
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly content: Content;
  /** Unique in the portal: the same one twice is one message. */
  readonly key: string;
  readonly at: Date;
  /** Default `engine`, which speaks only where there is no line; what all others say stands in the line as well. */
  readonly by?: Exclude<AutomaticOrigin, { readonly by: "engine" }> | undefined;
  /** Of a letter: what is said of it. */
  readonly draft?: LetterDraft | undefined;
}

/** An agent changes a message of ours on a surface of ours, or takes it back. */
export type AgentChange = {
  readonly target: Message;
  readonly authorId: string;
  readonly at: Date;
} & ({ readonly kind: "edit"; readonly body: RichText } | { readonly kind: "delete" });

export interface ReplyAcceptor {
  /** Resolves after the commit. Throws when the store cannot be asked (the event goes to the spool). */
  accept(action: OperatorAction): Promise<Accepted>;
  /** Same promises; `unknown` when the conversation has no such message. */
  react(reaction: AgentReaction): Promise<Accepted>;
  /** Same promises; `duplicate`: `written` answers what the first call made. */
  write(message: AgentMessage): Promise<Accepted>;
  /** Same promises. It answers nobody. */
  speak(words: OwnWords): Promise<Accepted>;
  /** Same promises. An edit to what it says already is `duplicate`. */
  change(change: AgentChange): Promise<Accepted>;
  /** What an agent wrote under this client id. */
  written(by: Pick<AgentMessage, "portal" | "clientId" | "authorId">): Promise<Message | undefined>;
}

export interface ReplyAcceptorDeps {
  readonly store: Pick<Store, "messages" | "conversations">;
  readonly dispatcher: Pick<Dispatcher, "wake" | "wakeAt">;
  readonly news: Pick<News, "ofConversation">;
  /** Who of those that write in lines is a bot. */
  readonly writers: Pick<LineWriters, "whoIs">;
  /** How what agents write here gets into the line. */
  readonly voice: VoiceWay;
  readonly toBBCode: (text: RichText) => string;
  readonly fromBBCode: (text: string) => RichText;
  /** Where a letter goes that is written in the line. */
  readonly addressing: Pick<Addressing, "answer">;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * The portal promises no order: of two answers that were written in one breath the event of the second may come first. An
 * answer waits for so long once it is stored, and leaves in its place by the portal's number (`unfinished_messages`). Some
 * 110 ms were measured on a busy machine, a second on one that had more events than it could take; nobody notices a quarter
 * of a second at a messenger.
 */
export const OVERTAKING_MS = 250;
/** Messages of ours that want the same echo at once: each look finds another one. */
const MOST_LOOKS = 5;

/**
 * Agent -> us, first half: an operator's message, edit or deletion becomes a row of the conversation's outbound lane.
 *
 * The portal sends an event once and never again, so the caller spools what cannot be written. Twice (a repeat, a spool
 * replay, the repair job finding the same message): the origin key drops the second. What we ourselves said in the line is
 * recognised when it comes back (`echoes.ts`) and is never a second message. Out of order: a message that came as an event
 * waits a moment for those before it; an edit whose message is not here yet is answered `unknown`; the repair job brings the message with its latest text.
 */
export function createReplyAcceptor(deps: ReplyAcceptorDeps): ReplyAcceptor {
  const mirror = mirrorBy(deps.voice);
  return {
    async accept(action) {
      const accepted = await store(action);
      deps.metrics.accepted.inc({ direction: "out", outcome: accepted.kind });
      if (accepted.kind === "unknown") {
        deps.log.warn(
          { portal: action.portal, imMessageId: action.imMessageId, kind: action.kind },
          "an operator's action names a conversation or message that is not known here",
        );
      }
      if (accepted.kind === "stored") deps.news.ofConversation(action.portal, accepted.conversation);
      return accepted;
    },
    react: (reaction) => take(reactionRow(reaction)),
    write: (message) => take({ ...writtenRow(message), mirror }),
    async speak(words) {
      const row = ownRow(words);
      const known = await deps.store.conversations.find(words.portal, words.conversation);
      // A letter that nobody wrote says so, or two machines would answer each other.
      const automatic = words.by === undefined ? "auto-replied" : "auto-generated";
      const { draft } = words;
      const toMany = words.by?.by === "robot";
      const content = known ? await deps.addressing.answer(known, { ...row, automatic, draft, toMany }) : row.content;
      return take({ ...row, content, ...(words.by && { mirror: "beside" }) });
    },
    change: async (change) =>
      change.kind === "edit" && isSameText(change.target.content.body, change.body)
        ? { kind: "duplicate" }
        : take({ ...agentChangeRow(change), mirror: "beside" }),
    async written({ portal, clientId, authorId }) {
      const row = await deps.store.messages.findByOrigin(portal, surfaceKey(clientId));
      return row?.origin.by === "surface" && row.origin.authorId === authorId ? row : undefined;
    },
  };

  async function take(row: ReplyRow): Promise<Accepted> {
    const accepted = await put(row);
    deps.metrics.accepted.inc({ direction: "out", outcome: accepted.kind });
    if (accepted.kind === "stored") deps.news.ofConversation(row.portal, accepted.conversation);
    if (accepted.kind === "stored" && accepted.alsoDue !== undefined) deps.dispatcher.wake(accepted.alsoDue);
    return accepted;
  }

  async function store(action: OperatorAction): Promise<Accepted> {
    const known = await findConversation(action);
    if (!known) return { kind: "unknown" };
    const conversation = known.id;
    // The answer to our own delivery may have been lost: the portal's chat is learned from whatever names it.
    if (known.imChatId === undefined)
      await deps.store.conversations.learn(action.portal, conversation, { imChatId: action.imChatId });
    if (action.kind === "message" && known.mirrored === true && (await isEcho(action, known)))
      return { kind: "duplicate" };
    if (action.kind === "message") {
      const bot = await botIn(action);
      const authorId = bot === undefined ? action.authorId : undefined;
      await noteHolder(known, bot, authorId);
      const row = messageRow({ ...action, authorId }, conversation, bot);
      const content = await deps.addressing.answer(known, { ...row, authorId });
      // Where a chat has moved its answers are handed on, and wait in their new place.
      const waits = action.waits === true && known.movedTo === undefined;
      return put({ ...row, content, ...(waits && { waitMs: OVERTAKING_MS }) });
    }
    const target = await targetOf(action, known);
    if (!target) return { kind: "unknown" };
    // What was changed on our own surface comes back from the line.
    if (
      action.kind === "edit" &&
      target.origin.by === "surface" &&
      target.content.body.text === action.content.body.text
    )
      return { kind: "duplicate" };
    return put(changeRow(action, conversation, target));
  }

  async function put(row: ReplyRow): Promise<Accepted> {
    const accepted = await deps.store.messages.acceptReply(row);
    if (accepted.kind !== "stored" || !accepted.due) return accepted;
    if (row.waitMs === undefined) deps.dispatcher.wake(accepted.lane);
    else deps.dispatcher.wakeAt(accepted.lane, new Date(Date.now() + row.waitMs));
    return accepted;
  }

  async function botIn({ portal, authorId }: OperatorMessage): Promise<LineBot | undefined> {
    if (authorId === undefined) return undefined;
    const writer = await deps.writers.whoIs(portal, authorId);
    if (writer?.isPerson !== false) return undefined;
    return { id: authorId, ...(writer.name !== undefined && { name: writer.name }) };
  }

  /** Whoever writes in the line has taken the chat, a bot where no person has; the portal tells of that by no event of its own. */
  async function noteHolder(
    { portal, id, operator, accepted, bot: holding }: Conversation,
    bot: LineBot | undefined,
    authorId: string | undefined,
  ): Promise<void> {
    const isPersons = authorId !== undefined && (operator !== authorId || !accepted);
    const isBots = bot !== undefined && operator === undefined && holding?.id !== bot.id;
    if (!isPersons && !isBots) return;
    await deps.store.conversations.learn(portal, id, {
      ...(isPersons && { operator: authorId, accepted: true }),
      ...(isBots && { bot: { by: "portal", ...bot } }),
    });
    deps.news.ofConversation(portal, id);
  }

  /** What was written on our own page comes back from the line: its id is learned, and that is all. */
  async function isEcho(action: OperatorMessage, { id, portal }: Conversation): Promise<boolean> {
    const { messages } = deps.store;
    const { imMessageId, imChatId, authorId, content, at, externalIds } = action;
    const heard = { authorId, text: content.body.text, files: content.attachments.length, at, externalIds };
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      if (await messages.findByIm(portal, imMessageId)) return true;
      const ours = echoOf(await messages.unrecognised(portal, id), heard, deps);
      if (!ours) return false;
      const ended = await messages.endMirror(portal, ours.id, { state: "sent", imMessageId, imChatId });
      if (ended.due !== undefined) deps.dispatcher.wake(ended.due);
      if (ended.kind !== "taken") return true;
    }
    return false;
  }

  /** By the portal's id of it; by ours, where what we said in the line never came back. */
  async function targetOf(action: OperatorEdit | OperatorRemoval, { id, portal }: Conversation) {
    const { messages } = deps.store;
    const found = await messages.findByIm(portal, action.imMessageId);
    if (found) return found;
    for (const externalId of action.externalIds ?? []) {
      const ours = await messages.find(portal, messageId(externalId));
      if (ours?.conversation !== id || ours.origin.by !== "surface" || ours.kind !== "message") continue;
      const { imMessageId, imChatId } = action;
      await messages.endMirror(portal, ours.id, { state: "sent", imMessageId, imChatId });
      return ours;
    }
    return undefined;
  }

  /** By the chat id that we gave the portal; a foreign value (another connector's chat) is looked up by the portal's own id. */
  async function findConversation(action: OperatorAction): Promise<Conversation | undefined> {
    const known = await deps.store.conversations.find(action.portal, conversationId(action.chatId));
    return known ?? deps.store.conversations.findByImChat(action.portal, action.imChatId);
  }
}

function reactionRow(reaction: AgentReaction): ReplyRow {
  return {
    portal: reaction.portal,
    conversation: reaction.conversation,
    kind: "reaction",
    originKey: surfaceKey(reaction.clientId),
    origin: { by: "surface", clientId: reaction.clientId, authorId: reaction.authorId },
    target: reaction.target,
    content: { body: plainText(reaction.emoji), attachments: [] },
    sentAt: reaction.at,
  };
}

function writtenRow({ portal, conversation, content, clientId, authorId, at }: AgentMessage): ReplyRow {
  return {
    portal,
    conversation,
    kind: "message",
    originKey: surfaceKey(clientId),
    origin: { by: "surface", clientId, authorId },
    content,
    files: content.attachments.flatMap(({ source }) => (source.by === "media" ? [source.id] : [])),
    sentAt: at,
  };
}

function ownRow({ portal, conversation, content, key, at, by }: OwnWords): ReplyRow {
  return {
    ...{ portal, conversation, content, kind: "message", sentAt: at },
    originKey: key,
    origin: by ?? { by: "engine", key },
  };
}

/** Said by the messenger, it goes to the channel as any reply of the line does: once it stands there. */
export const mirrorBy = (voice: VoiceWay) => (voice === "messenger" ? "first" : "beside");

const surfaceKey = (clientId: string): string => `surface:${clientId}`;

function messageRow(action: OperatorMessage, conversation: ConversationId, bot: LineBot | undefined): ReplyRow {
  return {
    portal: action.portal,
    conversation,
    kind: "message",
    originKey: `im:${action.imMessageId}`,
    origin: {
      by: "open-line",
      imMessageId: action.imMessageId,
      imChatId: action.imChatId,
      ...(action.authorId !== undefined && { authorId: action.authorId }),
      ...(bot && { bot }),
    },
    content: action.content,
    sentAt: action.at,
    imMessageId: action.imMessageId,
    imChatId: action.imChatId,
  };
}

function changeRow(action: OperatorEdit | OperatorRemoval, conversation: ConversationId, target: Message): ReplyRow {
  const content = action.kind === "edit" ? action.content : { body: plainText(""), attachments: [] };
  const mark = action.kind === "edit" ? editMark(content.body, action.at) : "delete";
  return {
    portal: action.portal,
    conversation,
    kind: action.kind,
    originKey:
      action.kind === "delete" && target.origin.by === "surface"
        ? deletionKey(target)
        : `im:${action.imMessageId}:${mark}`,
    origin: { by: "open-line", imMessageId: action.imMessageId, imChatId: action.imChatId },
    target: target.id,
    content,
    sentAt: action.at,
    imMessageId: action.imMessageId,
    imChatId: action.imChatId,
  };
}

function agentChangeRow(change: AgentChange): ReplyRow {
  const { target, kind, authorId, at } = change;
  const body = kind === "edit" ? change.body : plainText("");
  const key = kind === "edit" ? `edit:${target.id}:${editMark(body, at)}` : deletionKey(target);
  return {
    portal: target.portal,
    conversation: target.conversation,
    kind,
    originKey: key,
    origin: { by: "surface", clientId: key, authorId },
    target: target.id,
    content: { body, attachments: [] },
    sentAt: at,
  };
}

/** Two edits to different texts are two changes; the same edit twice is one. */
const editMark = (body: RichText, at: Date): string =>
  `edit:${createHash("sha256").update(body.text).digest("base64url").slice(0, 16)}:${at.getTime()}`;

/** On whichever surface it was deleted: it is deleted once. */
const deletionKey = (target: Message): string => `surface:delete:${target.id}`;

const isSameText = (one: RichText, other: RichText): boolean =>
  one.text === other.text && JSON.stringify(one.spans) === JSON.stringify(other.spans);
