import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type AccountId, accountId, conversationId, laneOf, messageId, type PortalId } from "../../src/domain/ids.ts";
import type { Accepted, FirstRow } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, livingOwner, newPortalId, place, reply, stored } from "./store-fixtures.ts";

const kinds = (results: readonly Accepted[]) => results.map((result) => result.kind);

/** The way out of what agents write, and of the first message to somebody. */
export function acceptReplyTests(use: () => Store): void {
  describe("accepting what an agent writes", () => {
    it("keeps it once, due now, and lists it after what came before", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const row = reply(portal, conversation);
      const results = await Promise.all(Array.from({ length: 6 }, () => use().messages.acceptReply(row)));
      expect(kinds(results).sort()).toEqual([...Array(5).fill("duplicate"), "stored"]);
      const answer = stored(results.find((result) => result.kind === "stored"));
      expect(answer).toMatchObject({ conversation, lane: laneOf("out", conversation, portal), due: true });
      expect(await use().messages.find(portal, answer.message)).toMatchObject({
        direction: "out",
        origin: row.origin,
        imMessageId: row.imMessageId,
        imChatId: "55",
        externalIds: [],
        state: "stored",
        account: account.id,
      });
      expect(await use().lanes.due(new Date(), 10_000)).toContain(answer.lane);
      expect((await use().messages.findByIm(portal, row.imMessageId ?? ""))?.id).toBe(answer.message);
      const listed = await use().messages.journal(portal, { conversation, limit: 10 });
      expect(listed.map((message) => message.direction)).toEqual(["in", "out"]);
    });

    it("changes and takes back its own messages only", async () => {
      const { portal, account } = await place(use());
      const { conversation, message: theirs } = await accept(use(), inbound(account));
      const row = reply(portal, conversation);
      const { message } = stored(await use().messages.acceptReply(row));
      const change = { imMessageId: row.imMessageId, target: message };
      const edit = stored(
        await use().messages.acceptReply(
          reply(portal, conversation, { ...change, kind: "edit", content: content("better") }),
        ),
      );
      stored(await use().messages.acceptReply(reply(portal, conversation, { ...change, kind: "delete" })));
      expect((await use().messages.find(portal, message))?.content.body.text).toBe("better");
      expect(await use().messages.find(portal, edit.message)).toMatchObject({ kind: "edit", target: message });
      expect((await use().messages.findByIm(portal, row.imMessageId ?? ""))?.id).toBe(message);
      for (const target of [theirs, messageId(randomUUID()), messageId("rubbish"), undefined]) {
        expect(await use().messages.acceptReply(reply(portal, conversation, { kind: "edit", target }))).toEqual({
          kind: "unknown",
        });
      }
      expect(await use().messages.acceptReply(reply(newPortalId(), conversation))).toEqual({ kind: "unknown" });
      expect(await use().messages.acceptReply(reply(portal, conversationId(randomUUID())))).toEqual({
        kind: "unknown",
      });
    });

    it("reacts to messages of either side, once", async () => {
      const { portal, account } = await place(use());
      const { conversation, message } = await accept(use(), inbound(account));
      const ours = stored(await use().messages.acceptReply(reply(portal, conversation)));
      const react = (target: typeof message) =>
        reply(portal, conversation, {
          kind: "reaction",
          target,
          content: content("👍"),
          origin: { by: "surface", clientId: "c", authorId: "1" },
          imMessageId: undefined,
          imChatId: undefined,
        });
      const row = react(message);
      const first = stored(await use().messages.acceptReply(row));
      expect(await use().messages.acceptReply(row)).toEqual({ kind: "duplicate" });
      expect(await use().messages.find(portal, first.message)).toMatchObject({ kind: "reaction", target: message });
      stored(await use().messages.acceptReply(react(ours.message)));
      expect(await use().messages.acceptReply(react(messageId(randomUUID())))).toEqual({ kind: "unknown" });
      expect(await use().messages.acceptReply(react(first.message))).toEqual({ kind: "unknown" });
    });

    it("is held while the account is off, and needs no line", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const owner = await livingOwner(use());
      await use().accounts.update(portal, account.id, { line: null });
      expect(stored(await use().messages.acceptReply(reply(portal, conversation))).due).toBe(true);
      await use().lanes.take(laneOf("out", conversation, portal), owner, 10);
      expect(await use().lanes.release(laneOf("out", conversation, portal), owner)).toBeUndefined();
      await use().accounts.update(portal, account.id, { enabled: false });
      expect(stored(await use().messages.acceptReply(reply(portal, conversation))).due).toBe(false);
      expect(await use().lanes.due(new Date("2100-01-01"), 100_000)).not.toContain(laneOf("out", conversation, portal));
    });
  });

  describe("accepting the first message to somebody", () => {
    const first = (
      account: { readonly portal: PortalId; readonly id: AccountId },
      changes: Partial<FirstRow> = {},
    ) => ({
      portal: account.portal,
      account: account.id,
      chatId: "new-chat",
      customer: { externalId: "new-person", name: "Eve", phone: "+100" },
      originKey: `surface:${randomUUID()}`,
      origin: { by: "surface", clientId: "c", authorId: "1" } as const,
      content: content("good morning"),
      sentAt: new Date("2026-01-01T00:00:00Z"),
      ...changes,
    });

    it("makes the conversation and the message, once, however often and wherever it is told", async () => {
      const { portal, account } = await place(use());
      const row = first(account);
      const results = await Promise.all(Array.from({ length: 6 }, () => use().messages.acceptFirst(row)));
      const answer = stored(results.find((result) => result.kind === "stored"));
      expect(answer).toMatchObject({ lane: laneOf("out", answer.conversation, portal), due: true });
      expect(results.filter((result) => result.kind === "duplicate")).toEqual(
        Array(5).fill({ kind: "duplicate", message: answer.message, conversation: answer.conversation }),
      );
      expect(await use().messages.find(portal, answer.message)).toMatchObject({
        direction: "out",
        kind: "message",
        origin: row.origin,
        content: row.content,
        state: "stored",
      });
      const made = await use().conversations.find(portal, answer.conversation);
      expect(made).toMatchObject({ account: account.id, externalChatId: "new-chat", customer: row.customer });
      expect(made).not.toHaveProperty("lastInboundAt");
      expect(await use().messages.acceptFirst(first(account, { originKey: row.originKey, chatId: "other" }))).toEqual({
        kind: "duplicate",
        message: answer.message,
        conversation: answer.conversation,
      });
      expect(await use().conversations.list(portal, { limit: 10 })).toHaveLength(1);
    });

    it("joins a conversation that is there, and keeps what is known of the customer", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account, { chatId: "new-chat" }));
      expect(stored(await use().messages.acceptFirst(first(account))).conversation).toBe(conversation);
      expect((await use().conversations.find(portal, conversation))?.customer).toEqual({
        externalId: "person-1",
        name: "Ann",
        lastName: "Lee",
        phone: "+100",
      });
    });

    it("knows no account that is gone or another portal's, and leaves nothing behind", async () => {
      const { portal, account } = await place(use());
      for (const changes of [
        { account: accountId(randomUUID()) },
        { account: accountId("rubbish") },
        { portal: newPortalId() },
      ])
        expect(await use().messages.acceptFirst(first(account, changes))).toEqual({ kind: "unknown" });
      expect(await use().conversations.list(portal, { limit: 10 })).toEqual([]);
    });
  });
}
