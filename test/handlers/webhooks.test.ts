import { randomUUID } from "node:crypto";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { registerChannels } from "../../handlers/channels.ts";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId, portalId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { fakeChannel } from "./support/fake-channel.ts";

const account: Account = {
  ...{ id: accountId(randomUUID()), portal: portalId("portal"), channel: "telegram", name: "Bot", credentials: {} },
  ...{ webhookSecret: "s", settings: {}, enabled: true, profile: {}, createdAt: new Date(0) },
  connection: { kind: "connected", sentence: "Connected." },
};
const event: ChannelEvent = {
  ...{ kind: "message", key: "k", chatId: "c", at: new Date(0), externalId: "e", customer: { externalId: "c" } },
  content: { body: plainText("Hello"), attachments: [] },
};

test("the channel hears of what arrived before it is stored, and of nothing that was rejected", async () => {
  const told: string[] = [];
  const adapter: ChannelAdapter = {
    ...fakeChannel().adapter,
    receive: ({ rawBody }) =>
      rawBody.toString() === "genuine"
        ? { kind: "accepted", events: [event] }
        : { kind: "rejected", status: 401, reason: "forged" },
    arrived: (of, events) => void told.push(`arrived ${of.id} ${events.map(({ key }) => key).join()}`),
  };
  const app = Fastify();
  await registerChannels(app, {
    channels: new Map([[adapter.id, adapter]]),
    accounts: { find: async (id) => (id === account.id ? account : undefined), forget: () => undefined },
    acceptor: { accept: async (_account, events) => void told.push(`stored ${events.length}`) },
  });
  const post = (payload: string) => app.inject({ method: "POST", url: `/channels/telegram/${account.id}`, payload });
  expect((await post("forged")).statusCode).toBe(401);
  expect(told).toEqual([]);
  expect((await post("genuine")).statusCode).toBe(200);
  expect(told).toEqual([`arrived ${account.id} k`, "stored 1"]);
  await app.close();
});
