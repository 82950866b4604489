import { describe, expect, it } from "vitest";
import { laneOf } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import {
  accept,
  content,
  inbound,
  livingOwner,
  newAccount,
  newPortalId,
  place,
  reply,
  stored,
} from "./store-fixtures.ts";

/** A chat that the vendor goes on with under another id: one conversation, one history, nothing lost or doubled. */
export function moveTests(use: () => Store): void {
  const move = { from: "old", to: "new", idsEnd: true };
  const texts = async (portal: Parameters<Store["messages"]["journal"]>[0], conversation: string) =>
    (await use().messages.journal(portal, { limit: 100 }))
      .filter((message) => message.conversation === conversation)
      .map((message) => message.content.body.text);

  describe("a chat that moves", () => {
    it("keeps its conversation, its history and its place in the portal under the new id", async () => {
      const { portal, account } = await place(use());
      const first = await accept(use(), inbound(account, { chatId: "old", content: content("before"), group: true }));
      await use().conversations.learn(portal, first.conversation, { imChatId: "77", open: true });
      expect(await use().messages.applyMove(portal, account.id, move)).toEqual({ kind: "moved", lanes: [] });
      const next = await accept(use(), inbound(account, { chatId: "new", content: content("after"), group: true }));
      expect(next.conversation).toBe(first.conversation);
      const conversation = await use().conversations.find(portal, first.conversation);
      expect(conversation).toMatchObject({ externalChatId: "new", imChatId: "77", open: true, group: true });
      expect(conversation?.movedTo).toBeUndefined();
      expect(await texts(portal, first.conversation)).toEqual(["before", "after"]);
      // One chat on the surfaces, found by either id.
      expect(await use().conversations.list(portal, { limit: 10 })).toHaveLength(1);
      for (const id of ["old", "new"])
        expect((await use().conversations.findByExternalChat(account.id, id))?.id).toBe(first.conversation);
    });

    it("may be told of by both chats, twice, and by none that we know", async () => {
      const { portal, account } = await place(use());
      const other = await newAccount(use(), portal);
      const { conversation } = await accept(use(), inbound(account, { chatId: "old" }));
      expect((await use().messages.applyMove(portal, other.id, move)).kind).toBe("unknown");
      expect((await use().messages.applyMove(newPortalId(), account.id, move)).kind).toBe("unknown");
      expect((await use().messages.applyMove(portal, account.id, { ...move, to: "old" })).kind).toBe("unknown");
      const together = await Promise.all(
        Array.from({ length: 5 }, () => use().messages.applyMove(portal, account.id, move)),
      );
      expect(together.map(({ kind }) => kind).toSorted()).toEqual(["known", "known", "known", "known", "moved"]);
      expect((await use().conversations.find(portal, conversation))?.externalChatId).toBe("new");
    });

    it("hands over what comes under the old id afterwards, in order, to who holds the lane", async () => {
      const { portal, account } = await place(use());
      const first = await accept(use(), inbound(account, { chatId: "old", content: content("one") }));
      await use().messages.applyMove(portal, account.id, move);
      const late = await accept(use(), inbound(account, { chatId: "old", content: content("two") }));
      await accept(use(), inbound(account, { chatId: "new", content: content("three") }));
      expect(late.conversation).not.toBe(first.conversation);
      expect(late.due).toBe(true);
      const owner = await livingOwner(use());
      expect(await use().lanes.handOver(late.lane, owner)).toBeUndefined();
      const taken = await use().lanes.take(late.lane, owner, 10);
      expect(taken?.conversation.movedTo).toBe(first.conversation);
      expect(await use().lanes.handOver(late.lane, owner)).toBe(first.lane);
      await use().lanes.release(late.lane, owner);
      const rows = await use().messages.unfinished(first.lane, 10);
      expect(rows.map((row) => row.content.body.text)).toEqual(["one", "two", "three"]);
      expect(await use().lanes.due(new Date(), 1_000_000)).toContain(first.lane);
      expect(await texts(portal, first.conversation)).toEqual(["one", "two", "three"]);
      // The same message again, under either id, is still the same.
      expect(await use().lanes.handOver(late.lane, owner)).toBeUndefined();
      expect(await use().messages.unfinished(late.lane, 10)).toEqual([]);
    });

    it("is joined with what came under the new id first: the one that the portal knows goes on", async () => {
      for (const known of ["old", "new"] as const) {
        const { portal, account } = await place(use());
        const [old, fresh] = [
          await accept(use(), inbound(account, { chatId: "old", key: "k1", content: content("before") })),
          await accept(use(), inbound(account, { chatId: "new", key: "k2", content: content("after") })),
        ];
        const [stays, goes] = known === "old" ? [old, fresh] : [fresh, old];
        await use().conversations.learn(portal, stays.conversation, { imChatId: "77" });
        const answer = stored(await use().messages.acceptReply(reply(portal, goes.conversation)));
        const moved = await use().messages.applyMove(portal, account.id, move);
        expect(moved.kind).toBe("joined");
        expect([...moved.lanes].toSorted()).toEqual([goes.lane, laneOf("out", goes.conversation, portal)].toSorted());
        const owner = await livingOwner(use());
        for (const lane of moved.lanes) {
          expect((await use().lanes.take(lane, owner, 10))?.conversation.movedTo).toBe(stays.conversation);
          expect(await use().lanes.handOver(lane, owner)).toBeDefined();
        }
        expect(await texts(portal, stays.conversation)).toEqual(["before", "after", "an answer"]);
        const out = await use().messages.unfinished(laneOf("out", stays.conversation, portal), 10);
        expect(out.map((row) => row.id)).toEqual([answer.message]);
        expect((await use().conversations.find(portal, stays.conversation))?.externalChatId).toBe("new");
        expect((await use().messages.applyMove(portal, account.id, move)).kind).toBe("known");
        const twice = await use().messages.acceptInbound([
          inbound(account, { chatId: "old", key: "k1" }),
          inbound(account, { chatId: "new", key: "k2" }),
        ]);
        expect(twice.map(({ kind }) => kind)).toEqual(["duplicate", "duplicate"]);
        expect(await use().conversations.list(portal, { limit: 10 })).toHaveLength(1);
      }
    });

    it("forgets the vendor's numbers of finished messages, which would mean others there, and keeps those still needed", async () => {
      const { portal, account } = await place(use());
      const [done, waited, open] = [
        await accept(use(), inbound(account, { chatId: "old", externalId: "1" })),
        await accept(use(), inbound(account, { chatId: "old", externalId: "2" })),
        await accept(use(), inbound(account, { chatId: "old", externalId: "3" })),
      ];
      const sent = [done, waited].map(({ message }) => ({ message, result: { state: "sent" } as const }));
      await use().messages.finish(sent);
      await accept(use(), inbound(account, { chatId: "old", externalId: "2", kind: "edit", content: content("new") }));
      await use().messages.applyMove(portal, account.id, move);
      const ids = async (message: typeof done.message) => (await use().messages.find(portal, message))?.externalIds;
      expect(await ids(done.message)).toEqual([]);
      expect(await ids(waited.message)).toEqual(["2"]);
      expect(await ids(open.message)).toEqual(["3"]);
      expect(await use().messages.findByExternal(account.id, "1")).toBeUndefined();
    });
  });
}
