/** Letters that nobody writes: what the engine of an account without a line says by e-mail. */
import { expect, test } from "vitest";
import type { Account } from "../../../src/domain/account.ts";
import type { Conversation } from "../../../src/domain/conversation.ts";
import { accountId, conversationId, messageId, portalId } from "../../../src/domain/ids.ts";
import type { Message } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createAddressing } from "../../../src/relay/mail/addressing.ts";
import { FakeChannel } from "../fake-channel.ts";

const at = new Date("2026-11-29T10:00:00Z");
const [portal, account, conversation] = [portalId("p"), accountId("a"), conversationId("c")];
const box: Account = {
  ...{ id: account, portal, channel: "fake", name: "Sales", credentials: {}, webhookSecret: "s", enabled: true },
  ...{ connection: { kind: "connected", sentence: "" }, profile: {}, createdAt: at },
  settings: { address: "sales@company.example", tracked: true },
};
const thread: Conversation = {
  ...{ id: conversation, portal, account, externalChatId: "t", customer: { externalId: "maria@shop.example" } },
  ...{ open: true, accepted: false, lastMessageAt: at },
};
const asked: Message = {
  ...{ id: messageId("m"), portal, account, conversation, direction: "in", kind: "message", seq: 1, externalIds: [] },
  ...{ origin: { by: "channel" }, state: "sent", attempts: 0, nextAt: at, sentAt: at, createdAt: at },
  content: {
    ...{ body: plainText("Is the lamp there?"), attachments: [] },
    letter: {
      ...{
        messageId: "<1@shop.example>",
        subject: "The lamp",
        from: { address: "maria@shop.example" },
        class: "human",
      },
      ...{ to: [{ address: "sales@company.example" }], cc: [] },
    },
  },
};

function addressing() {
  const channel = new FakeChannel();
  channel.capabilities = { ...channel.capabilities, letters: true };
  return createAddressing({
    store: {
      threads: { page: () => Promise.resolve([asked]) },
      accounts: { find: () => Promise.resolve(box), list: () => Promise.resolve([box]) },
      health: { timeZones: () => Promise.resolve(new Map()) },
    },
    channels: new Map([["fake", channel]]),
    signatures: { below: () => Promise.resolve(undefined) },
    unsubscribing: { begin: () => Promise.resolve({ mailto: "sales@company.example?subject=unsubscribe%20t" }) },
    tracking: { begin: () => Promise.resolve({ pixel: "https://t.example/1", links: [] }) },
    languageOf: () => Promise.resolve("en"),
  });
}

const written = { originKey: "engine:1", content: { body: plainText("We answer tomorrow."), attachments: [] } };

test("what nobody writes says so, and does not ask to be seen", async () => {
  const { letter } = await addressing().answer(thread, { ...written, automatic: "auto-replied" });
  expect(letter).toMatchObject({
    ...{ to: [{ address: "maria@shop.example" }], subject: "Re: The lamp", class: "auto-reply" },
    sending: { automatic: "auto-replied" },
  });
  expect(letter?.sending?.tracked).toBeUndefined();
});

test("what a person writes in the line does neither", async () => {
  const { letter } = await addressing().answer(thread, written);
  expect(letter).toMatchObject({ class: "human", sending: { tracked: { pixel: "https://t.example/1" } } });
  expect(letter?.sending?.automatic).toBeUndefined();
});
