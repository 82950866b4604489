/** Domain -> answers of the API. What must not leave the server is left out here and nowhere else. */

import type { AccountAnswer } from "../../src/api/accounts.ts";
import type { DeskAnswer } from "../../src/api/desk.ts";
import type { LetterAnswer } from "../../src/api/letters.ts";
import type { ConversationAnswer, LineStateAnswer, MessageAnswer, ReactionAnswer } from "../../src/api/messages.ts";
import type { PortalAnswer } from "../../src/api/portal.ts";
import type { AccountLink } from "../../src/channels/contract.ts";
import type { Account, ConnectionState } from "../../src/domain/account.ts";
import { type Conversation, type Customer, type Standing, standingAlone } from "../../src/domain/conversation.ts";
import type { Desk } from "../../src/domain/desk.ts";
import type { MediaId } from "../../src/domain/ids.ts";
import type { Letter } from "../../src/domain/letter.ts";
import type { Say } from "../../src/domain/localised.ts";
import {
  type Attachment,
  authorOf,
  botOf,
  type Content,
  isAutomatic,
  type Message,
  RETRIABLE_STATES,
} from "../../src/domain/message.ts";
import type { Portal } from "../../src/domain/portal.ts";
import { mapLink } from "../../src/relay/wording.ts";
import type { Beside } from "../../src/store/contract/journal.ts";
import { checkpointsOf } from "./checkpoints.ts";

export type MediaLink = (media: MediaId) => string;

export function presentAccount(
  account: Account,
  backlog: number,
  say: Say,
  beside: {
    readonly problem?: string | undefined;
    readonly embed?: string | undefined;
    readonly links?: readonly AccountLink[] | undefined;
  } = {},
): AccountAnswer {
  const { externalId, title, url } = account.profile;
  return {
    id: account.id,
    channel: account.channel,
    name: account.name,
    line: account.line ?? null,
    connector: account.connector ?? null,
    enabled: account.enabled,
    connection: presentConnection(account.connection, say),
    profile: {
      ...(externalId !== undefined && { externalId }),
      ...(title !== undefined && { title }),
      ...(url !== undefined && { url }),
    },
    credentials: Object.fromEntries(Object.entries(account.credentials).map(([key, value]) => [key, masked(value)])),
    settings: { ...account.settings },
    backlog,
    createdAt: account.createdAt.toISOString(),
    ...(beside.embed !== undefined && { embed: beside.embed }),
    ...(beside.links !== undefined &&
      beside.links.length > 0 && {
        links: beside.links.map((link) => presentLink(link, say)),
      }),
    ...(beside.problem !== undefined && { problem: say(beside.problem) }),
  };
}

export const presentConnection = ({ kind, sentence }: ConnectionState, say: Say) => ({ kind, sentence: say(sentence) });

const presentLink = ({ mark, ...link }: AccountLink, say: Say): AccountLink => ({
  ...link,
  title: say(link.title),
  ...(mark && { mark: { ...mark, help: say(mark.help) } }),
});

/** Enough to recognise a secret by, never enough to use it. */
function masked(secret: unknown): string {
  if (typeof secret !== "string" || secret.length < 12) return "••••";
  return `••••${secret.slice(-4)}`;
}

export function presentMessage(
  message: Message,
  link: MediaLink,
  say: Say,
  beside: {
    readonly reactions?: readonly ReactionAnswer[] | undefined;
    readonly changed?: MessageAnswer["changed"] | undefined;
    readonly notInLine?: MessageAnswer["notInLine"] | undefined;
    /** Names of employees by their id. */
    readonly names?: ReadonlyMap<string, string> | undefined;
    /** Of a letter: its owner says whether it goes into the card. */
    readonly byClick?: boolean | undefined;
  } = {},
): MessageAnswer {
  const { reactions, changed, notInLine, names } = beside;
  const { quote, ...content } = message.content;
  const { text, spans, ...shown } = presentContent(content, link, beside.byClick);
  return {
    id: message.id,
    conversation: message.conversation,
    account: message.account,
    direction: message.direction,
    // Mirrors are left out wherever rows are read to be shown.
    kind: message.kind === "mirror" ? "message" : message.kind,
    ...(message.target !== undefined && { target: message.target }),
    ...(content.notice === undefined ? { text, spans } : { text: say(text), spans: [] }),
    state: message.state,
    attempts: message.attempts,
    attemptedAt: message.attemptedAt?.toISOString() ?? null,
    error: message.error === undefined ? null : say(message.error),
    retriable: RETRIABLE_STATES.includes(message.state),
    sentAt: message.sentAt.toISOString(),
    createdAt: message.createdAt.toISOString(),
    seq: message.seq,
    ...(quote && {
      quote: {
        ...(quote.author !== undefined && { author: quote.author }),
        ...(quote.text !== undefined && { text: quote.text }),
      },
    }),
    ...shown,
    fromPhone: message.origin.by === "device",
    ...presentAutomatic(message),
    ...presentAuthor(message, names),
    ...presentParts(content),
    ...(reactions && { reactions: [...reactions] }),
    ...(changed && { changed }),
    ...(notInLine && { notInLine }),
  };
}

/** Its words and files, whether it is a message already or not. */
export function presentContent({ body, attachments, letter }: Content, link: MediaLink, byClick = false) {
  return {
    text: body.text,
    spans: body.spans.map((span) => ({ ...span })),
    attachments: attachments.filter(isFile).map((attachment) => ({
      kind: attachment.kind,
      ...(attachment.name !== undefined && { name: attachment.name }),
      ...(attachment.mime !== undefined && { mime: attachment.mime }),
      ...(attachment.size !== undefined && { size: attachment.size }),
      ...(attachment.width !== undefined && { width: attachment.width }),
      ...(attachment.height !== undefined && { height: attachment.height }),
      ...(attachment.source.by === "media" && { url: link(attachment.source.id) }),
    })),
    ...(letter && { letter: { ...presentLetter(letter, attachments), ...(byClick && { byClick: true }) } }),
  };
}

/** What stands inside a letter's own form is no file to be offered beside it. */
const isFile = ({ role }: Attachment, _index: number, all: readonly Attachment[]): boolean =>
  role === undefined || (role === "inside" && !all.some((one) => one.role === "letter"));

function presentLetter(letter: Letter, attachments: Content["attachments"]): LetterAnswer {
  const { subject, from, to, cc, bcc, folded, failed, invitation } = letter;
  const form = attachments.find(({ role }) => role === "letter");
  return {
    ...{ subject, from, class: letter.class, formatted: form?.source.by === "media" },
    to: [...to],
    cc: [...cc],
    ...(bcc && { bcc: [...bcc] }),
    ...(folded !== undefined && { folded }),
    ...(failed && {
      failed: { recipients: [...failed.recipients], ...(failed.why !== undefined && { why: failed.why }) },
    }),
    ...(invitation !== undefined && { invitation }),
    ...(letter.sending?.template !== undefined && { template: letter.sending.template }),
    ...(letter.sending?.tracked && { tracked: true }),
  };
}

function presentAutomatic({ origin }: Message): Pick<MessageAnswer, "automatic" | "fromCrm"> {
  if (origin.by === "provider" && origin.authorId !== undefined) return { fromCrm: true };
  const bot = botOf(origin);
  if (bot) return { automatic: { by: "bot", ...(bot.name !== undefined && { name: bot.name }) } };
  return isAutomatic(origin) ? { automatic: { by: origin.by } } : {};
}

function presentAuthor({ kind, origin }: Message, names: ReadonlyMap<string, string> = new Map()) {
  const id = authorOf(origin);
  const name = id === undefined ? undefined : names.get(id);
  return {
    ...(id !== undefined && { agent: { id, ...(name !== undefined && { name }) } }),
    ...(origin.by === "surface" && kind === "message" && { clientId: origin.clientId }),
  };
}

/** A message as the journal shows it: with its way so far, and with whom it was. */
export const presentInJournal = (
  message: Message,
  link: MediaLink,
  say: Say,
  beside: Beside | undefined,
): MessageAnswer => ({
  ...presentMessage(message, link, say),
  checkpoints: checkpointsOf(message, beside),
  ...(beside && { customer: nameOf(beside.customer) }),
});

function presentParts(content: Content) {
  const { author, place, contacts, forwarded, notice, buttons, template } = content;
  return {
    ...(author && { author: nameOf(author) }),
    ...(place && { place: { ...place, url: mapLink(place.latitude, place.longitude) } }),
    ...(contacts && {
      contacts: contacts.map(({ name, phones, emails }) => ({ name, phones: [...phones], emails: [...emails] })),
    }),
    ...(forwarded && { forwarded: forwarded.from === undefined ? {} : { from: forwarded.from } }),
    ...(notice && { notice }),
    ...(buttons && { buttons: buttons.map((row) => row.map((button) => ({ ...button }))) }),
    ...(template && { template: { ...template, variables: [...template.variables] } }),
  };
}

export function nameOf({ name, lastName, username, phone, email }: Customer): string {
  const full = [name, lastName].filter(Boolean).join(" ");
  return full === "" ? (username ?? phone ?? email ?? "") : full;
}

/** @param names of employees by their id */
function presentLineState(
  { open, operator, accepted, stateAt, bot }: Standing & Pick<Conversation, "stateAt" | "bot">,
  names: ReadonlyMap<string, string>,
): LineStateAnswer {
  const name = operator === undefined ? undefined : names.get(operator);
  return {
    open,
    operator: operator === undefined ? null : { id: operator, ...(name !== undefined && { name }) },
    accepted,
    bot: bot && operator === undefined ? { ...(bot.name !== undefined && { name: bot.name }) } : null,
    stateAt: stateAt?.toISOString() ?? null,
  };
}

/** In no line: whoever has the conversation, and whether it is open, is known here alone. */
export const isAlone = (account: Account | undefined): boolean => account !== undefined && account.line === undefined;

export function presentConversation(
  conversation: Conversation,
  account: Account | undefined,
  beside: {
    readonly desk?: Desk | undefined;
    /** Names of employees by their id. */
    readonly names?: ReadonlyMap<string, string> | undefined;
  } = {},
): ConversationAnswer {
  const { customer } = conversation;
  const { bot, stateAt } = conversation;
  const beyond = { ...(bot && { bot }), ...(stateAt && { stateAt }) };
  const alone = isAlone(account);
  const { desk, names = new Map() } = beside;
  const { username, phone, email, url } = customer;
  return {
    id: conversation.id,
    person: conversation.person ?? null,
    account: conversation.account,
    accountName: account?.name ?? "",
    channel: account?.channel ?? "",
    customer: {
      name: nameOf(customer),
      ...(username !== undefined && { username }),
      ...(phone !== undefined && { phone }),
      ...(email !== undefined && { email }),
      ...(url !== undefined && { url }),
    },
    ...presentLineState(alone ? { ...beyond, ...standingAlone(conversation) } : conversation, names),
    alone,
    group: conversation.group === true,
    chat: conversation.imChatId ?? null,
    lastMessageAt: conversation.lastMessageAt.toISOString(),
    lastCustomerAt: conversation.lastInboundAt?.toISOString() ?? null,
    ...(desk && { desk: presentDesk(desk) }),
  };
}

const presentDesk = ({ waitingSince, snoozedUntil, archived, tags }: Desk): DeskAnswer => ({
  waitingSince: waitingSince?.toISOString() ?? null,
  snoozedUntil: snoozedUntil?.toISOString() ?? null,
  archived,
  tags: [...tags],
});

export function presentPortal(portal: Portal, running: boolean, say: Say): PortalAnswer {
  const { at, version, ok, problems, notes = [] } = portal.installation;
  return {
    id: portal.id,
    domain: portal.domain,
    name: portal.name,
    active: portal.active,
    keepDays: portal.keepDays ?? null,
    trouble: portal.trouble === undefined ? null : say(portal.trouble),
    editors: portal.editors.map((editor) => ({ ...editor })),
    roles: portal.roles.map((one) => ({ ...one })),
    installation: {
      ...{ at: at ?? null, version: version ?? null, ok, running },
      ...{ problems: problems.map(say), notes: notes.map(say) },
    },
  };
}
