import { afterAll, beforeAll, beforeEach } from "vitest";
import { accountId, type ConversationId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { openSite, type Site } from "./site.ts";

/** An installed site without accounts, for tests of the API. */
export let site: Site;
/** The administrator's session. */
export let admin: string;

export const TOKEN = "1234567890:abcdefgh";
export const OTHER = "9876543210:abcdefgh";

/** To be called once by a file of tests. */
export function useApi(): void {
  beforeAll(async () => {
    site = await openSite();
    admin = await site.install();
  });

  afterAll(() => site.stop());

  beforeEach(async () => {
    for (const account of await site.store.accounts.list(site.memberId))
      await site.api(admin, "DELETE", `/accounts/${account.id}`);
    site.emulator.faults.clear();
    site.woken.length = 0;
    site.channel.connected.length = 0;
  });
}

export const create = (body: Readonly<Record<string, unknown>> = {}) =>
  site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: TOKEN },
    ...body,
  });
export const patch = (id: string, body: unknown) => site.api(admin, "PATCH", `/accounts/${id}`, body);
export const status = (connector: string, line: number) => site.portal.portal.status(connector, line);

let keys = 0;
/** A customer's message as a channel tells it. */
export async function receive(account: string, text: string, chatId = "c1"): Promise<ConversationId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `key-${keys}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId, name: "Maria", lastName: "Lopez" },
      externalId: String(keys),
      content: { body: plainText(text), attachments: [] },
      sentAt: now,
      notBefore: now,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}
