import { randomUUID } from "node:crypto";
import type { Account } from "../../src/domain/account.ts";
import { type ConversationId, type LaneId, type MessageId, type PortalId, portalId } from "../../src/domain/ids.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { Accepted, AcceptedFirst, InboundRow, ReplyRow } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";

/** Tests share one database: each works in a portal of its own. */
export const newPortalId = (): PortalId => portalId(`portal-${randomUUID()}`);

export const content = (text: string): Content => ({ body: plainText(text), attachments: [] });

export const tokens = (name: string) => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  expiresAt: new Date("2030-01-02T03:04:05.678Z"),
});

export const installation = (id: PortalId) => ({
  id,
  domain: `${id}.example`,
  clientEndpoint: `https://${id}.example/rest/`,
  serverEndpoint: "https://oauth.example/rest/",
  applicationToken: "application-token",
  tokens: tokens("first"),
  userId: "7",
  scopes: ["crm", "imconnector"],
  language: "ru",
});

/** A portal with one account that feeds a line. */
export async function place(store: Store): Promise<{ portal: PortalId; account: Account }> {
  const portal = newPortalId();
  await store.portals.install(installation(portal));
  return { portal, account: await newAccount(store, portal, "1") };
}

export async function newAccount(store: Store, portal: PortalId, line?: string): Promise<Account> {
  const account = await store.accounts.create(portal, {
    channel: "telegram",
    name: "Support bot",
    credentials: { token: "123:secret" },
    settings: { greeting: "hello" },
    webhookSecret: "webhook-secret",
    connection: { kind: "connected", sentence: "Connected" },
  });
  if (line !== undefined) await store.accounts.update(portal, account.id, { line, connector: "threadline_telegram" });
  return account;
}

export function inbound(account: Account, changes: Partial<InboundRow> = {}): InboundRow {
  const id = randomUUID();
  return {
    portal: account.portal,
    account: account.id,
    key: `key-${id}`,
    kind: "message",
    chatId: "chat-1",
    customer: { externalId: "person-1", name: "Ann", lastName: "Lee" },
    externalId: `external-${id}`,
    content: content("hello"),
    sentAt: new Date("2026-01-01T00:00:00Z"),
    notBefore: new Date("2026-01-01T00:00:00Z"),
    ...changes,
  };
}

export function reply(portal: PortalId, conversation: ConversationId, changes: Partial<ReplyRow> = {}): ReplyRow {
  const id = randomUUID();
  return {
    portal,
    conversation,
    kind: "message",
    originKey: `im:${id}`,
    origin: { by: "open-line", imMessageId: id, imChatId: "55" },
    content: content("an answer"),
    sentAt: new Date("2026-01-01T00:00:00Z"),
    imMessageId: id,
    imChatId: "55",
    ...changes,
  };
}

export interface Stored {
  readonly message: MessageId;
  readonly conversation: ConversationId;
  readonly lane: LaneId;
  readonly due: boolean;
}

export function stored(accepted: Accepted | AcceptedFirst | undefined): Stored {
  if (accepted?.kind !== "stored") throw new Error(`Expected a stored message, not ${accepted?.kind}`);
  return accepted;
}

export async function accept(store: Store, row: InboundRow): Promise<Stored> {
  return stored((await store.messages.acceptInbound([row]))[0]);
}

/** An owner that lives for a minute. */
export async function livingOwner(store: Store): Promise<string> {
  const owner = `owner-${randomUUID()}`;
  await store.lanes.heartbeat(owner, 60_000);
  return owner;
}
