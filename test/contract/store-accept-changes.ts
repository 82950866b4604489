import { describe, expect, it } from "vitest";
import type { Accepted } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, newAccount, place, reply, stored } from "./store-fixtures.ts";

const kinds = (results: readonly Accepted[]) => results.map((result) => result.kind);

/** The way in of what changes a message: edits, removals, reactions. */
export function acceptChangeTests(use: () => Store): void {
  describe("accepting changes that a channel tells", () => {
    it("changes the text of a message that is edited, keeps its files, and stands in the lane itself", async () => {
      const { portal, account } = await place(use());
      const photo = { kind: "photo", source: { by: "channel", ref: "r" } } as const;
      const row = inbound(account, { content: { ...content("befor"), attachments: [photo] } });
      const { message, lane, conversation } = await accept(use(), row);
      const kept = { ...photo, source: { by: "media", id: "m1" } } as never;
      await use().messages.setAttachments(message, [kept]);
      const edit = await accept(
        use(),
        inbound(account, {
          kind: "edit",
          externalId: row.externalId,
          content: content("before"),
          customer: { externalId: "person-1", name: "Renamed" },
        }),
      );
      expect(edit).toMatchObject({ lane, conversation });
      expect((await use().messages.find(portal, message))?.content).toEqual({
        ...content("before"),
        attachments: [kept],
      });
      expect(await use().messages.find(portal, edit.message)).toMatchObject({
        kind: "edit",
        target: message,
        content: content("before"),
        externalIds: [row.externalId],
      });
      expect((await use().messages.unfinished(lane, 10)).map((each) => each.kind)).toEqual(["message", "edit"]);
      expect((await use().messages.findByExternal(account.id, row.externalId))?.id).toBe(message);
      expect((await use().conversations.find(portal, conversation))?.customer.name).toBe("Renamed");
    });

    it("lets an older edit that comes late change nothing", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account);
      const { message } = await accept(use(), row);
      const edit = (text: string, second: number) =>
        inbound(account, {
          kind: "edit",
          externalId: row.externalId,
          content: content(text),
          sentAt: new Date(Date.UTC(2026, 0, 1, 0, 1, second)),
        });
      expect(kinds(await use().messages.acceptInbound([edit("second", 2)]))).toEqual(["stored"]);
      expect(kinds(await use().messages.acceptInbound([edit("first", 1)]))).toEqual(["duplicate"]);
      expect(kinds(await use().messages.acceptInbound([edit("same second", 2)]))).toEqual(["stored"]);
      expect((await use().messages.find(portal, message))?.content.body.text).toBe("same second");
    });

    it("keeps the text of a message that is deleted, and finds its conversation without a customer", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account);
      const results = await use().messages.acceptInbound([
        row,
        inbound(account, { kind: "delete", externalId: row.externalId, customer: undefined, content: content("") }),
      ]);
      expect(kinds(results)).toEqual(["stored", "stored"]);
      expect((await use().messages.find(portal, stored(results[0]).message))?.content).toEqual(row.content);
      expect(await use().messages.find(portal, stored(results[1]).message)).toMatchObject({
        kind: "delete",
        target: stored(results[0]).message,
      });
    });

    it("knows nothing of changes to what it never saw, in this chat and account, and stores nothing for them", async () => {
      const { portal, account } = await place(use());
      const second = await newAccount(use(), portal, "2");
      const row = inbound(account);
      await accept(use(), row);
      const strangers = [
        inbound(account, { kind: "edit", chatId: "new-chat" }),
        inbound(account, { kind: "edit", chatId: "chat-1" }),
        inbound(account, { kind: "delete", externalId: row.externalId, chatId: "chat-2" }),
        inbound(second, { kind: "edit", externalId: row.externalId }),
      ];
      expect(kinds(await use().messages.acceptInbound(strangers))).toEqual([
        "unknown",
        "unknown",
        "unknown",
        "unknown",
      ]);
      expect(await use().conversations.list(portal, { limit: 10 })).toHaveLength(1);
    });

    it("takes a reaction to a message of either side, found by any of its ids, with the words it is about", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account, { content: content("shall we meet?") });
      const { message, conversation, lane } = await accept(use(), row);
      const ours = stored(await use().messages.acceptReply(reply(portal, conversation)));
      await use().messages.finish([{ message: ours.message, result: { state: "sent", externalIds: ["o1", "o2"] } }]);
      const react = (externalId: string, emoji: string) =>
        inbound(account, { kind: "reaction", externalId, content: content(emoji), customer: undefined });
      const results = (await use().messages.acceptInbound([react(row.externalId, "👍"), react("o2", "❤")])).map(stored);
      expect(results.map((each) => each.lane)).toEqual([lane, lane]);
      const kept = await Promise.all(results.map((each) => use().messages.find(portal, each.message)));
      expect(kept[0]).toMatchObject({
        kind: "reaction",
        target: message,
        content: { ...content("👍"), quote: { text: "shall we meet?" } },
      });
      expect(kept[1]).toMatchObject({ target: ours.message, content: { quote: { text: "an answer" } } });
      // The next reaction finds the message, not the reaction.
      expect(kinds(await use().messages.acceptInbound([react(row.externalId, ""), react("nothing", "👍")]))).toEqual([
        "stored",
        "unknown",
      ]);
      expect((await use().messages.findByExternal(account.id, row.externalId))?.id).toBe(message);
      expect((await use().messages.find(portal, message))?.content).toEqual(row.content);
      expect(
        kinds(await use().messages.acceptInbound([inbound(account, { ...react("o1", "👍"), chatId: "chat-2" })])),
      ).toEqual(["unknown"]);
    });
  });
}
