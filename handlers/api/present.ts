/** Domain -> answers of the API. What must not leave the server is left out here and nowhere else. */
import type { AccountAnswer } from "../../src/api/accounts.ts";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";
import type { PortalAnswer } from "../../src/api/portal.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { MediaId } from "../../src/domain/ids.ts";
import { type Message, RETRIABLE_STATES } from "../../src/domain/message.ts";
import type { Portal } from "../../src/domain/portal.ts";

export type MediaLink = (media: MediaId) => string;

export function presentAccount(
  account: Account,
  backlog: number,
  beside: { readonly problem?: string | undefined; readonly embed?: string | undefined } = {},
): AccountAnswer {
  const { externalId, title, url } = account.profile;
  return {
    id: account.id,
    channel: account.channel,
    name: account.name,
    line: account.line ?? null,
    connector: account.connector ?? null,
    enabled: account.enabled,
    connection: { kind: account.connection.kind, sentence: account.connection.sentence },
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
    ...(beside.problem !== undefined && { problem: beside.problem }),
  };
}

/** Enough to recognise a secret by, never enough to use it. */
function masked(secret: unknown): string {
  if (typeof secret !== "string" || secret.length < 12) return "••••";
  return `••••${secret.slice(-4)}`;
}

export function presentMessage(message: Message, link: MediaLink): MessageAnswer {
  const { content } = message;
  const { quote } = content;
  return {
    id: message.id,
    conversation: message.conversation,
    account: message.account,
    direction: message.direction,
    kind: message.kind,
    ...(message.target !== undefined && { target: message.target }),
    text: content.body.text,
    spans: content.body.spans.map((span) => ({ ...span })),
    state: message.state,
    attempts: message.attempts,
    attemptedAt: message.attemptedAt?.toISOString() ?? null,
    error: message.error ?? null,
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
    attachments: content.attachments.map((attachment) => ({
      kind: attachment.kind,
      ...(attachment.name !== undefined && { name: attachment.name }),
      ...(attachment.mime !== undefined && { mime: attachment.mime }),
      ...(attachment.size !== undefined && { size: attachment.size }),
      ...(attachment.width !== undefined && { width: attachment.width }),
      ...(attachment.height !== undefined && { height: attachment.height }),
      ...(attachment.source.by === "media" && { url: link(attachment.source.id) }),
    })),
  };
}

export function presentConversation(conversation: Conversation, account: Account | undefined): ConversationAnswer {
  const { customer } = conversation;
  const { username, phone, email, url } = customer;
  const name = [customer.name, customer.lastName].filter(Boolean).join(" ");
  return {
    id: conversation.id,
    account: conversation.account,
    accountName: account?.name ?? "",
    channel: account?.channel ?? "",
    customer: {
      name: name === "" ? (username ?? phone ?? email ?? "") : name,
      ...(username !== undefined && { username }),
      ...(phone !== undefined && { phone }),
      ...(email !== undefined && { email }),
      ...(url !== undefined && { url }),
    },
    open: conversation.open,
    chat: conversation.imChatId ?? null,
    lastMessageAt: conversation.lastMessageAt.toISOString(),
  };
}

export function presentPortal(portal: Portal, running: boolean): PortalAnswer {
  const { at, version, ok, problems } = portal.installation;
  return {
    id: portal.id,
    domain: portal.domain,
    name: portal.name,
    active: portal.active,
    trouble: portal.trouble ?? null,
    installation: { at: at ?? null, version: version ?? null, ok, problems: [...problems], running },
  };
}
