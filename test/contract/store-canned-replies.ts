import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cannedReplyId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** Texts that agents put into answers by a word. */
export function cannedReplyTests(use: () => Store): void {
  const newReply = (
    changes: { readonly ownerId?: string; readonly shortcut?: string; readonly text?: string } = {},
  ) => ({
    ...{ id: cannedReplyId(randomUUID()), shortcut: "hours", text: "We are open 9 to 18.", changedBy: "1" },
    ...changes,
  });

  describe("canned replies", () => {
    it("are everybody's or one person's own, by shortcut", async () => {
      const { portal } = await place(use());
      const { cannedReplies } = use();
      for (const reply of [
        newReply({ shortcut: "thanks" }),
        newReply({ text: "a\0b" }),
        newReply({ shortcut: "Mine", ownerId: "5" }),
        newReply({ shortcut: "theirs", ownerId: "6" }),
      ])
        expect((await cannedReplies.put(portal, reply)).kind).toBe("stored");
      const listed = await cannedReplies.list(portal, "5");
      expect(listed.map(({ shortcut, ownerId }) => [shortcut, ownerId])).toEqual([
        ["hours", undefined],
        ["Mine", "5"],
        ["thanks", undefined],
      ]);
      expect(listed[0]).toMatchObject({ portal, text: "a\uFFFDb", changedBy: "1", changedAt: expect.any(Date) });
    });

    it("are changed by their id, by nobody else's and not into somebody else's", async () => {
      const { portal } = await place(use());
      const { portal: other } = await place(use());
      const { cannedReplies } = use();
      const reply = newReply();
      await cannedReplies.put(portal, reply);
      const changed = await cannedReplies.put(portal, { ...reply, text: "Closed today.", changedBy: "2" });
      expect(changed).toMatchObject({ kind: "stored", reply: { id: reply.id, text: "Closed today.", changedBy: "2" } });
      expect((await cannedReplies.put(other, reply)).kind).toBe("foreign");
      expect((await cannedReplies.put(portal, { ...reply, ownerId: "5" })).kind).toBe("foreign");
      expect((await cannedReplies.put(portal, { ...reply, id: cannedReplyId("rubbish") })).kind).toBe("foreign");
      expect(await cannedReplies.find(other, reply.id)).toBeUndefined();
      expect((await cannedReplies.find(portal, reply.id))?.text).toBe("Closed today.");
      expect(await cannedReplies.remove(other, reply.id)).toBe(false);
      expect(await cannedReplies.remove(portal, reply.id)).toBe(true);
      expect(await cannedReplies.remove(portal, reply.id)).toBe(false);
      // Put back as it was.
      expect((await cannedReplies.put(portal, reply)).kind).toBe("stored");
      expect((await cannedReplies.list(portal, "5")).map(({ id }) => id)).toEqual([reply.id]);
    });

    it("have a shortcut each, without regard to case, and one's own may be everybody's as well", async () => {
      const { portal } = await place(use());
      const { cannedReplies } = use();
      const put = async (changes: Parameters<typeof newReply>[0]) =>
        (await cannedReplies.put(portal, newReply(changes))).kind;
      expect(await put({})).toBe("stored");
      expect(await put({ shortcut: "HOURS" })).toBe("taken");
      expect(await put({ ownerId: "5" })).toBe("stored");
      expect(await put({ ownerId: "5", shortcut: "Hours" })).toBe("taken");
      expect(await put({ ownerId: "6" })).toBe("stored");
      const other = newReply({ shortcut: "other" });
      await cannedReplies.put(portal, other);
      expect((await cannedReplies.put(portal, { ...other, shortcut: "hours" })).kind).toBe("taken");
      expect((await cannedReplies.find(portal, other.id))?.shortcut).toBe("other");
      const { portal: another } = await place(use());
      expect((await cannedReplies.put(another, newReply())).kind).toBe("stored");
    });
  });
}
